/** One projection: under way, failed with its reason and a way on, or drawn with its margin. */
import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useMemo, useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { ApiError } from "../api/client";
import { askJob, isWorking, type JobWithResult, jobQuery, type Projection } from "../api/jobs";
import { bucketName, readersZone } from "../chart/clock";
import { type Candle, isOfDays, timeAt } from "../chart/grid";
import { candlesOver } from "../company/series";
import { useLanguage, useServices, useTitle } from "../context";
import { moment } from "../format/ages";
import { money, percent, roundedPrice, shares } from "../format/numbers";
import { type Fan, fanGrid, fanOf } from "../jobs/fan";
import { JobChip } from "../jobs/job-chip";
import { useMarketZone } from "../market/zone";
import { differenceOf } from "../money/change";
import { Change } from "../ui/change";
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

/** The prices behind a projection, in the buckets of its chart. */
function useHistory(found: Projection) {
  const { api } = useServices();
  const zone = useMarketZone();
  const { stepMs } = fanGrid(found);
  const [from, until] = [Date.parse(found.from_at), Date.parse(found.asked_at)];
  return useQuery({
    queryKey: ["projection-history", found.symbol, found.from_at, found.asked_at],
    queryFn: ({ signal }) => candlesOver(api, found.symbol, { from, until, stepMs }, zone, signal),
    staleTime: Number.POSITIVE_INFINITY,
  });
}

function Result({ found }: { found: Projection }) {
  const { t } = useLanguage();
  const history = useHistory(found);
  return (
    <Loaded query={history} failure={t("company.chart.failed")} skeleton={<ScreenSkeleton />}>
      {(candles) => <Judged found={found} candles={candles} />}
    </Loaded>
  );
}

interface JudgedProps {
  found: Projection;
  candles: Candle[];
}

/** Shown as a projection if there are enough prices for it; else said so, with what they do carry. */
function Judged({ found, candles }: JudgedProps) {
  const { t } = useLanguage();
  const fan = useMemo(() => fanOf(found, candles), [found, candles]);
  const { is_enough } = found.coverage;
  return (
    <>
      {!is_enough && <TooShort found={found} />}
      <div class="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Panel title={t("projections.chart")}>
          <FanChart found={found} fan={fan} isCredible={is_enough} />
        </Panel>
        {is_enough && (
          <div class="flex flex-col gap-6">
            <Numbers found={found} isCutAtZero={fan.isCutAtZero} />
            <Demand found={found} />
          </div>
        )}
      </div>
    </>
  );
}

function TooShort({ found }: { found: Projection }) {
  const { t } = useLanguage();
  const { days, longest_days: longest } = found.coverage;
  return (
    <div class="mb-6">
      <Banner
        tone="warn"
        title={t("projections.short.title", { days: found.days })}
        action={longest !== null && <Shorter found={found} days={longest} />}
      >
        {t("projections.short.text", { count: days, days: found.days })}{" "}
        {longest === null
          ? t("projections.short.none")
          : t("projections.short.longest", { count: longest })}
      </Banner>
    </div>
  );
}

/** Asks for the longest horizon that the prices carry. */
function Shorter({ found, days }: { found: Projection; days: number }) {
  const { t } = useLanguage();
  const { api } = useServices();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [isAsking, setAsking] = useState(false);
  const ask = async () => {
    setAsking(true);
    const { symbol, quantity } = found;
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
    <Button quiet onClick={ask} disabled={isAsking}>
      {t("projections.short.action", { count: days })}
    </Button>
  );
}

const isNegative = (price: string | null) => price?.startsWith("-") ?? false;
const atLeastZero = (price: string | null) => (isNegative(price) ? "0" : price);

function FanChart(props: { found: Projection; fan: Fan; isCredible: boolean }) {
  const { found, fan, isCredible } = props;
  const { t, locale, numbers } = useLanguage();
  const { grid } = fan.drawing;
  const drawing = useMemo(
    () =>
      isCredible
        ? fan.drawing
        : { ...fan.drawing, lines: fan.drawing.lines.slice(0, 1), band: undefined },
    [fan, isCredible],
  );
  const written = (price: string | null) => roundedPrice(price, found.currency, numbers);
  const zone = isOfDays(grid) ? "UTC" : readersZone();
  const label = !isCredible
    ? t("projections.chart.prices", { symbol: found.symbol, price: written(found.latest_price) })
    : t(found.low === null ? "projections.chart.noBand" : "projections.chart.label", {
        symbol: found.symbol,
        days: found.days,
        price: isNegative(found.raw_price) ? t("projections.belowZero") : written(found.raw_price),
        low: written(atLeastZero(found.low)),
        high: written(atLeastZero(found.high)),
      });
  const readout = (index: number | null) => {
    const at = index ?? fan.prices.findLastIndex((slot) => slot !== null);
    const price = fan.prices[at]?.close ?? null;
    const trend = isCredible ? (drawing.lines[1]?.slots[at]?.close ?? null) : null;
    return (
      <p class="flex flex-wrap gap-x-4">
        <span>{bucketName(timeAt(grid, at), grid.stepMs, locale, zone)}</span>
        {price !== null && (
          <span>
            {t("portfolio.price")} <span class="font-medium text-ink">{written(price)}</span>
          </span>
        )}
        {trend !== null && (
          <span>
            {t("projections.legend.line")}{" "}
            <span class="font-medium text-ink">{written(Number(trend).toFixed(2))}</span>
          </span>
        )}
      </p>
    );
  };
  return (
    <>
      <PriceChart drawing={drawing} currency={found.currency} label={label} readout={readout} />
      <p class="mt-2 flex flex-wrap gap-x-5 text-small text-muted">
        <Key look="border-t-2 border-ink" name={t("projections.legend.prices")} />
        {isCredible && (
          <Key look="border-t-2 border-dashed border-link" name={t("projections.legend.line")} />
        )}
        {isCredible && found.low !== null && (
          <Key look="h-3 bg-link/16" name={t("projections.legend.edge")} />
        )}
      </p>
      {isCredible && fan.isCutAtZero && (
        <p class="mt-3 rounded-control bg-warn-surface px-3 py-2 text-small">
          {t("projections.cut")}
        </p>
      )}
    </>
  );
}

function Key({ look, name }: { look: string; name: string }) {
  return (
    <span class="flex items-center gap-2">
      <span class={`w-5 ${look}`} aria-hidden="true" />
      {name}
    </span>
  );
}

/** What the line says of the price, by itself: without the course's weight of demand. */
function Numbers({ found, isCutAtZero }: { found: Projection; isCutAtZero: boolean }) {
  const { t, numbers } = useLanguage();
  const written = (price: string | null) => roundedPrice(price, found.currency, numbers);
  const { low, high, raw_price, latest_price } = found;
  const change = differenceOf(latest_price, raw_price);
  return (
    <Panel title={t("projections.raw")}>
      <p class="-mt-1 mb-3 text-title font-bold tracking-tight tabular-nums">
        {isNegative(raw_price) ? t("projections.belowZero") : written(raw_price)}
      </p>
      <dl>
        <Fact name={t("projections.latest")}>{written(latest_price)}</Fact>
        {!isNegative(raw_price) && (
          <Fact name={t("projections.change")}>
            <Change change={change.amount} unknown="">
              {percent(change.percent, numbers)}
            </Change>
          </Fact>
        )}
        <Fact name={t("projections.band")}>
          {low === null ? "—" : `${written(atLeastZero(low))} – ${written(atLeastZero(high))}`}
        </Fact>
      </dl>
      <p class="mt-3 border-t border-line pt-3 text-small text-muted">
        {isCutAtZero && low !== null ? `${t("projections.cut.short")} ` : ""}
        {t("projections.caution")}
      </p>
    </Panel>
  );
}

/** The exchange's groups multiply a projected price by how much was bought: another number than a price. */
function Demand({ found }: { found: Projection }) {
  const { t, numbers } = useLanguage();
  const written = (amount: string | null) => money(amount, found.currency, numbers);
  return (
    <Panel title={t("projections.demand")}>
      <p class="mb-2 text-small text-muted">
        {t("projections.demand.text", { count: found.purchases })}
      </p>
      <dl>
        <Fact name={t("projections.weight")}>{`× ${shares(found.weight, numbers)}`}</Fact>
        {!isNegative(found.weighted_price) && (
          <>
            <Fact name={t("projections.weighted")}>{written(found.weighted_price)}</Fact>
            <Fact
              name={t("projections.value", {
                quantity: shares(found.quantity, numbers),
                count: found.quantity,
              })}
            >
              {written(found.expected_value)}
            </Fact>
          </>
        )}
      </dl>
    </Panel>
  );
}
