/** What the account was worth day by day: computed by a job, which is asked for when none is fresh. */
import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { askJob, isWorking, jobQuery, jobsQuery, type PortfolioHistory } from "../api/jobs";
import { useLanguage, useNow, useServices } from "../context";
import { age } from "../format/ages";
import { money } from "../format/numbers";
import { Banner, Button } from "../ui/controls";
import { Loaded } from "../ui/failure";
import { ChartSkeleton, PriceChart } from "../ui/lazy-chart";
import { Panel } from "../ui/panel";
import { Cell, Name, Table } from "../ui/table";

const RANGE = "1m";
const FRESH_MS = 6 * 3_600_000;
const CLOCK_MS = 30_000;

function useHistoryJob() {
  const { api } = useServices();
  const queries = useQueryClient();
  const jobs = useQuery(jobsQuery(api));
  const newest = jobs.data?.find(
    (job) => job.kind === "portfolio_history" && job.state !== "failed",
  );
  const job = useQuery({ ...jobQuery(api, newest?.job_id ?? ""), enabled: newest !== undefined });
  const isAsked = useRef(false);
  const [isAsking, setAsking] = useState(true);
  const ask = async () => {
    isAsked.current = true;
    setAsking(true);
    try {
      await askJob(api, { kind: "portfolio_history", range: RANGE }, crypto.randomUUID());
      await queries.invalidateQueries({ queryKey: ["jobs"] });
    } catch {
      // The panel shows what there is; asking again is one press away.
    }
    setAsking(false);
  };
  const isOld = !newest || Date.now() - Date.parse(newest.created_at) > FRESH_MS;
  // Once for each visit at the most: a service that fails is not asked again and again.
  useEffect(() => {
    if (jobs.data && isOld && !isAsked.current) void ask();
  }, [jobs.data, isOld]);
  return { jobs, job, newest, ask, isAsking };
}

export function HistoryPanel() {
  const { t, locale } = useLanguage();
  const nowMs = useNow(CLOCK_MS);
  const { jobs, job, newest, ask, isAsking } = useHistoryJob();
  const isBusy = newest !== undefined && isWorking(newest);
  return (
    <Panel
      title={t("history.title")}
      class="mb-6"
      action={
        newest && (
          <span class="flex flex-wrap items-center gap-3 text-small text-muted">
            {t("history.age", { age: age(newest.created_at, nowMs, locale) })}
            <Button quiet onClick={ask} disabled={isBusy}>
              {t("history.refresh")}
            </Button>
          </span>
        )
      }
    >
      <div class="min-h-78">
        <Loaded query={jobs} failure={t("history.failed")} skeleton={<ChartSkeleton />}>
          {() =>
            newest ? (
              <Loaded query={job} failure={t("history.failed")} skeleton={<Working />}>
                {({ result, state }) =>
                  result?.kind === "portfolio_history" ? (
                    <Drawn history={result} />
                  ) : state === "failed" ? (
                    <NotComputed ask={ask} />
                  ) : (
                    <Working />
                  )
                }
              </Loaded>
            ) : isAsking ? (
              <Working />
            ) : (
              <NotComputed ask={ask} />
            )
          }
        </Loaded>
      </div>
    </Panel>
  );
}

function Working() {
  const { t } = useLanguage();
  return (
    <div role="status">
      <span class="sr-only">{t("history.working")}</span>
      <ChartSkeleton />
    </div>
  );
}

function NotComputed({ ask }: { ask: () => void }) {
  const { t } = useLanguage();
  const again = (
    <Button quiet onClick={ask}>
      {t("app.retry")}
    </Button>
  );
  return <Banner tone="warn" title={t("history.failed")} action={again} />;
}

function Drawn({ history: { points: worths, currency } }: { history: PortfolioHistory }) {
  const { t, numbers } = useLanguage();
  // A time whose worth is not known has no point: a gap, never a zero.
  const lines = useMemo(
    () => [
      {
        shape: "area" as const,
        points: worths.flatMap(({ at, total }) => (total === null ? [] : [{ at, price: total }])),
      },
    ],
    [worths],
  );
  const points = lines[0]?.points ?? [];
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return <p class="text-muted">{t("history.none")}</p>;
  const written = (amount: string | null) => money(amount, currency, numbers);
  return (
    <>
      <PriceChart
        lines={lines}
        currency={currency}
        label={t("history.label", { first: written(first.price), last: written(last.price) })}
      />
      <details class="mt-2">
        <summary class="inline-flex min-h-9 cursor-pointer items-center rounded-control text-small font-medium text-link">
          {t("company.table.show")}
        </summary>
        <Table
          isDense
          columns={[
            { name: t("history.day") },
            { name: t("history.cash"), isNumber: true, isWide: true },
            { name: t("history.holdings"), isNumber: true, isWide: true },
            { name: t("history.total"), isNumber: true },
          ]}
        >
          {[...worths].reverse().map(({ at, cash, holdings, total }) => (
            <tr key={at}>
              <Name>{at.slice(0, 10)}</Name>
              <Cell isNumber isWide>
                {written(cash)}
              </Cell>
              <Cell isNumber isWide>
                {written(holdings)}
              </Cell>
              <Cell isNumber>{written(total)}</Cell>
            </tr>
          ))}
        </Table>
      </details>
    </>
  );
}
