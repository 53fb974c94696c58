/** What the account was worth over time, up to now: cash and shares by name, deposits as flags. */
import { useMemo, useState } from "preact/hooks";
import type { Portfolio } from "../api/account";
import { bucketName, readersZone } from "../chart/clock";
import { isOfDays, timeAt } from "../chart/grid";
import { useLanguage, useNow } from "../context";
import { age } from "../format/ages";
import { money, roundedPrice } from "../format/numbers";
import { useMarketZone } from "../market/zone";
import { Choices } from "../ui/choices";
import { Banner, Button } from "../ui/controls";
import { ChartSkeleton, PriceChart } from "../ui/lazy-chart";
import { Panel } from "../ui/panel";
import { Cell, Name, Table } from "../ui/table";
import { useHistoryJob } from "./history-job";
import { Performance } from "./performance";
import { type ValueLines, valueLines } from "./value-lines";

const RANGES = ["1w", "1m", "3m", "1y", "all"] as const;
type Range = (typeof RANGES)[number];
const MOST_ROWS = 100;
const CLOCK_MS = 30_000;

export function HistoryPanel({ portfolio }: { portfolio: Portfolio }) {
  const { t, locale } = useLanguage();
  const nowMs = useNow(CLOCK_MS);
  const zone = useMarketZone();
  const [range, setRange] = useState<Range>("1m");
  const body = { kind: "portfolio_history", range } as const;
  const { shown, history, isRunning, hasFailed, ask } = useHistoryJob(
    body,
    (job) => job.question.range === range,
  );
  const lines = useMemo(
    () => (history ? valueLines(history, portfolio, nowMs, zone) : null),
    [history, portfolio, nowMs, zone],
  );
  return (
    <Panel
      title={t("history.title")}
      class="mb-6"
      action={
        <span class="flex flex-wrap items-center gap-x-4 gap-y-2">
          <span class="flex items-center gap-2 text-small text-muted" role="status">
            {isRunning && (
              <span class="size-3 animate-spin rounded-full border-2 border-line border-t-link" />
            )}
            {isRunning
              ? t("history.working")
              : shown && t("history.age", { age: age(shown.created_at, nowMs, locale) })}
          </span>
          <Choices
            legend={t("company.chart.range")}
            name="history-range"
            options={RANGES.map((value) => ({ value, label: t(`history.range.${value}`) }))}
            value={range}
            onChoose={setRange}
          />
        </span>
      }
    >
      <div class="min-h-94">
        {hasFailed && (
          <div class="mb-4">
            <Banner
              tone="warn"
              title={t("history.failed")}
              action={
                <Button quiet onClick={() => void ask()}>
                  {t("app.retry")}
                </Button>
              }
            />
          </div>
        )}
        {history && lines ? (
          <>
            <Performance history={history} />
            <Drawn lines={lines} currency={portfolio.currency} />
          </>
        ) : (
          !hasFailed && <ChartSkeleton />
        )}
      </div>
    </Panel>
  );
}

const PARTS = [
  { part: "total", name: "history.total", look: "border-link" },
  { part: "holdings", name: "history.holdings", look: "border-series-2" },
  { part: "cash", name: "history.cash", look: "border-series-3" },
] as const;

function Drawn({ lines, currency }: { lines: ValueLines; currency: string }) {
  const { t, locale, numbers } = useLanguage();
  const { slots, drawing } = lines;
  const { grid } = drawing;
  const zone = isOfDays(grid) ? "UTC" : readersZone();
  const known = slots.filter((slot) => slot !== null);
  const [first, last] = [known.find(({ total }) => total !== null), known.at(-1)];
  const written = (amount: string | null | undefined) => money(amount ?? null, currency, numbers);
  const name = (index: number) => bucketName(timeAt(grid, index), grid.stepMs, locale, zone);
  const readout = (index: number | null) => {
    const at = index ?? grid.count - 1;
    const worth = slots[at];
    return (
      <p class="flex flex-wrap gap-x-4">
        <span>{index === null ? t("history.now") : name(at)}</span>
        {PARTS.map(({ part, name: word, look }) => (
          <span key={part} class="flex items-center gap-1.5 whitespace-nowrap">
            <span class={`w-3.5 border-t-2 ${look}`} />
            {t(word)}{" "}
            <span class="font-medium text-ink">
              {roundedPrice(worth?.[part] ?? null, currency, numbers)}
            </span>
          </span>
        ))}
      </p>
    );
  };
  return (
    <>
      <PriceChart
        drawing={drawing}
        currency={currency}
        label={t("history.label", { first: written(first?.total), last: written(last?.total) })}
        readout={readout}
      />
      {(drawing.marks ?? []).length > 0 && (
        <p class="mt-2 text-small text-muted">
          <span class="mr-1.5 text-mark" aria-hidden="true">
            ■
          </span>
          {t("history.flags")}
        </p>
      )}
      <WorthTable lines={lines} name={name} written={written} />
    </>
  );
}

interface WorthTableProps {
  lines: ValueLines;
  name: (index: number) => string;
  written: (amount: string | null | undefined) => string;
}

/** Made only when somebody opens it. */
function WorthTable({ lines, name, written }: WorthTableProps) {
  const { t } = useLanguage();
  const [isOpen, setOpen] = useState(false);
  const rows = lines.slots
    .flatMap((worth, index) => (worth === null ? [] : [{ index, ...worth }]))
    .reverse()
    .slice(0, MOST_ROWS);
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="inline-flex min-h-9 cursor-pointer items-center rounded-control text-small font-medium text-link">
        {t("company.table.show")}
      </summary>
      {isOpen && (
        <Table
          isDense
          columns={[
            { name: t("history.day") },
            { name: t("history.cash"), isNumber: true, isWide: true },
            { name: t("history.holdings"), isNumber: true, isWide: true },
            { name: t("history.total"), isNumber: true },
          ]}
        >
          {rows.map(({ index, cash, holdings, total }) => (
            <tr key={index}>
              <Name>{name(index)}</Name>
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
      )}
    </details>
  );
}
