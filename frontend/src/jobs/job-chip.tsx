/** Where a job stands, and whether the service that computes them is alive. */
import { useQuery } from "@tanstack/preact-query";
import type { Job } from "../api/jobs";
import { heartbeatQuery } from "../api/stocks";
import { useLanguage, useServices } from "../context";
import { CheckIcon, ClockIcon, CrossIcon } from "../ui/icons";

const LOOKS = {
  queued: { icon: ClockIcon, tone: "bg-raised text-ink" },
  running: { icon: ClockIcon, tone: "bg-calm text-link" },
  finished: { icon: CheckIcon, tone: "bg-good-surface text-up" },
  failed: { icon: CrossIcon, tone: "bg-bad-surface text-bad" },
} as const;

export function JobChip({ job }: { job: Pick<Job, "state"> }) {
  const { t } = useLanguage();
  const { icon: Icon, tone } = LOOKS[job.state];
  return (
    <span
      class={`inline-flex items-center gap-1.5 rounded-control px-2.5 py-1 text-small font-semibold whitespace-nowrap ${tone}`}
    >
      <Icon class="size-3.5" />
      {t(`job.${job.state}`)}
    </span>
  );
}

export function ServiceLight() {
  const { t } = useLanguage();
  const { api } = useServices();
  const isAlive = useQuery(heartbeatQuery(api)).data?.jobs?.alive ?? null;
  const [tone, words] =
    isAlive === null
      ? (["text-muted", "job.service.unknown"] as const)
      : isAlive
        ? (["text-up", "job.service.alive"] as const)
        : (["text-warn", "job.service.down"] as const);
  return (
    <span class={`inline-flex min-h-6 items-center gap-2 text-small font-medium ${tone}`}>
      <span class="size-2 rounded-full bg-current" aria-hidden="true" />
      {t(words)}
    </span>
  );
}
