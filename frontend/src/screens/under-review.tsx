/** After signing up: what happens next, and that nothing is asked of the reader. */
import { useHistoryState } from "wouter-preact/use-browser-location";
import { useApproval } from "../auth/approval";
import { useLanguage, useNow, useServices } from "../context";
import { age } from "../format/ages";
import { ButtonLink } from "../ui/controls";
import { HourglassIcon } from "../ui/icons";
import { Heading, Welcome } from "../ui/welcome";

const STEPS = ["review.step1", "review.step2", "review.step3"] as const;

export default function UnderReview() {
  const { t } = useLanguage();
  const email = useHistoryState<{ email?: string } | null>()?.email;
  return (
    <Welcome title={t("review.title")}>
      <span class="mb-6 grid size-16 place-items-center rounded-card bg-calm text-link">
        <HourglassIcon class="size-8" />
      </span>
      <Heading
        title={t("review.title")}
        lead={email ? t("review.lead", { email }) : t("review.lead.anonymous")}
      />
      <h2 class="mb-3 font-semibold">{t("review.next")}</h2>
      <ol class="mb-8 flex flex-col gap-4">
        {STEPS.map((step, index) => (
          <li key={step} class="flex gap-3">
            <span
              class="grid size-7 flex-none place-items-center rounded-control bg-raised text-small font-semibold text-muted"
              aria-hidden="true"
            >
              {index + 1}
            </span>
            <span class="pt-0.5">{t(step)}</span>
          </li>
        ))}
      </ol>
      <Watching />
      <ButtonLink href="/sign-in" class="min-h-12">
        {t("review.action")}
      </ButtonLink>
    </Welcome>
  );
}

const CLOCK_MS = 5_000;

/** That one need not do anything; only while this page knows whose account it is. */
function Watching() {
  const { t, locale } = useLanguage();
  const { session } = useServices();
  const nowMs = useNow(CLOCK_MS);
  const checkedAt = useApproval();
  if (!session.isAwaiting) return null;
  return (
    <div class="mb-6 rounded-control bg-calm p-4">
      <p class="font-medium">{t("review.watching")}</p>
      <p class="min-h-5 text-small text-muted">
        {checkedAt !== null &&
          t("review.checked", { age: age(new Date(checkedAt).toISOString(), nowMs, locale) })}
      </p>
    </div>
  );
}
