/** One projection: under way, failed with its reason and a way on, or drawn with its margin. */
import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useMemo, useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { ApiError } from "../api/client";
import { askJob, isWorking, type JobWithResult, jobQuery, type Projection } from "../api/jobs";
import { useLanguage, useServices, useTitle } from "../context";
import { moment } from "../format/ages";
import { money, shares, signedMoney } from "../format/numbers";
import { JobChip } from "../jobs/job-chip";
import { BackLink, Banner, Blank, Button, ButtonLink } from "../ui/controls";
import { Loaded } from "../ui/failure";
import { SearchIcon } from "../ui/icons";
import { PriceChart } from "../ui/lazy-chart";
import { Fact, Panel } from "../ui/panel";
import { Bar, ScreenSkeleton } from "../ui/skeletons";

export default function ProjectionPage({ jobId }: { jobId: string }) {
  const { t } = useLanguage();
  const { api } = useServices();
  const job = useQuery(jobQuery(api, jobId));
  useTitle(t("projections.title"));
  if (job.error instanceof ApiError && job.error.status === 404) {
    return (
      <Blank
        isWhole
        icon={<SearchIcon class="size-7" />}
        title={t("projections.notFound.title")}
        text={t("projections.notFound.text")}
        action={<ButtonLink href="/projections">{t("projections.back")}</ButtonLink>}
      />
    );
  }
  return (
    <div class="mx-auto max-w-4xl">
      <BackLink href="/projections">{t("projections.back")}</BackLink>
      <Loaded query={job} failure={t("projections.one.failed")} skeleton={<ScreenSkeleton />}>
        {(found) => <Found job={found} />}
      </Loaded>
    </div>
  );
}

function Found({ job }: { job: JobWithResult }) {
  const { t } = useLanguage();
  const { symbol = "", days } = job.question;
  return (
    <>
      <div class="mb-6 flex flex-wrap items-center gap-3">
        <h1 class="text-title font-bold tracking-tight">
          {t("projections.what", { symbol, days: days ?? 0 })}
        </h1>
        <JobChip job={job} />
      </div>
      {isWorking(job) && (
        <div role="status">
          <p class="font-semibold">{t("projections.waiting.title")}</p>
          <p class="mb-4 text-muted">{t("projections.waiting.text")}</p>
          <Bar class="h-78 w-full" />
        </div>
      )}
      {job.state === "failed" && <NotDone job={job} />}
      {job.result?.kind === "projection" && <Result found={job.result} />}
    </>
  );
}

const WORDED = ["not_enough_history", "timed_out"] as const;

function NotDone({ job }: { job: JobWithResult }) {
  const { t, locale } = useLanguage();
  const { api } = useServices();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [isAsking, setAsking] = useState(false);
  const code = WORDED.find((known) => known === job.reason?.code) ?? "other";
  const retryAt = job.reason?.retry_at;
  const again = async () => {
    setAsking(true);
    const { days, symbol = "", quantity = "1" } = job.question;
    const body = { kind: "projection", symbol, quantity, days: String(days) } as const;
    try {
      const next = await askJob(api, body, crypto.randomUUID());
      void queries.invalidateQueries({ queryKey: ["jobs"] });
      navigate(`/projections/${next.job_id}`);
    } catch {
      setAsking(false);
    }
  };
  return (
    <Banner
      tone="bad"
      title={t("projections.notDone.title")}
      action={
        <Button quiet onClick={again} disabled={isAsking}>
          {t("projections.again")}
        </Button>
      }
    >
      {t(`projections.reason.${code}`)}
      {retryAt && ` ${t("projections.retryAt", { at: moment(retryAt, locale) })}`}
    </Banner>
  );
}

function Result({ found }: { found: Projection }) {
  const { t, numbers } = useLanguage();
  const written = (amount: string | null) => money(amount, found.currency, numbers);
  const { low, high } = found;
  const lines = useMemo(() => linesOf(found), [found]);
  const label = t(low === null ? "projections.chart.noBand" : "projections.chart.label", {
    symbol: found.symbol,
    days: found.days,
    price: written(found.raw_price),
    low: written(low),
    high: written(high),
  });
  return (
    <div class="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
      <Panel title={t("projections.chart")}>
        <PriceChart lines={lines} currency={found.currency} label={label} />
        <p class="mt-2 flex gap-5 text-small text-muted">
          <span class="flex items-center gap-2">
            <span class="w-5 border-t-2 border-link" aria-hidden="true" />
            {t("projections.legend.line")}
          </span>
          {low !== null && (
            <span class="flex items-center gap-2">
              <span
                class="h-3 w-5 border-y border-dashed border-muted bg-link/16"
                aria-hidden="true"
              />
              {t("projections.legend.edge")}
            </span>
          )}
        </p>
      </Panel>
      <Panel title={t("projections.raw")}>
        <p class="-mt-1 mb-3 text-title font-bold tracking-tight tabular-nums">
          {written(found.raw_price)}
        </p>
        <dl>
          <Fact name={t("projections.latest")}>{written(found.latest_price)}</Fact>
          <Fact name={t("projections.band")}>
            {low === null ? "—" : `${written(low)} – ${written(high)}`}
          </Fact>
          <Fact name={t("projections.weight")}>{shares(found.weight, numbers)}</Fact>
          <Fact name={t("projections.weighted")}>{written(found.weighted_price)}</Fact>
          <Fact name={t("projections.value", { quantity: shares(found.quantity, numbers) })}>
            {written(found.expected_value)}
          </Fact>
          <Fact name={t("projections.gain")}>
            {signedMoney(found.expected_gain, found.currency, numbers)}
          </Fact>
        </dl>
        <p class="mt-3 border-t border-line pt-3 text-small text-muted">
          {t("projections.weight.hint", { count: found.purchases })}. {t("projections.caution")}
        </p>
      </Panel>
    </div>
  );
}

/** The trend, and the edges of its margin where there is one. */
function linesOf({ chart }: Projection) {
  const edge = (side: "low" | "high") => ({
    shape: "edge" as const,
    points: chart.flatMap((point) => {
      const price = point[side];
      return price === null ? [] : [{ at: point.at, price }];
    }),
  });
  return [{ shape: "line" as const, points: chart }, edge("low"), edge("high")];
}
