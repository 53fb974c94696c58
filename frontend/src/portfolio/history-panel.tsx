/** What the account was worth over time, up to now: cash and shares by name, deposits as flags. */
import { useMemo, useState } from "preact/hooks";
import type { Portfolio } from "../api/account";
import { bucketName } from "../chart/clock";
import { dateOf } from "../chart/days";
import { DAY_MS, timeAt } from "../chart/grid";
import { useLanguage, useNow } from "../context";
import { age } from "../format/ages";
import { money, roundedPrice } from "../format/numbers";
import { useMarketZone } from "../market/zone";
import { Banner, Button } from "../ui/controls";
import { ChartSkeleton, PriceChart } from "../ui/lazy-chart";
import { Panel } from "../ui/panel";
import { Cell, Name, Table } from "../ui/table";
import { useHistoryJob } from "./history-job";
import { type ValueLines, valueLines, withNow } from "./value-lines";

const DAYS = "30";
const CLOCK_MS = 30_000;
const BODY = { kind: "portfolio_history", days: DAYS } as const;

export function HistoryPanel({ portfolio }: { portfolio: Portfolio }) {
  const { t, locale } = useLanguage();
  const nowMs = useNow(CLOCK_MS);
  const zone = useMarketZone();
  const { shown, history, isRunning, hasFailed, ask } = useHistoryJob(BODY, () => true);
  const today = dateOf(nowMs, zone);
  const lines = useMemo(
    () => (history ? valueLines(withNow(history.days, portfolio, today)) : null),
    [history, portfolio, today],
  );
  return (
    <Panel
      title={t("history.title")}
      class="mb-6"
      action={
        <span class="flex items-center gap-2 text-small text-muted" role="status">
          {isRunning && (
            <span class="size-3 animate-spin rounded-full border-2 border-line border-t-link" />
          )}
          {isRunning
            ? t("history.working")
            : shown && t("history.age", { age: age(shown.created_at, nowMs, locale) })}
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
        {lines ? (
          <Drawn lines={lines} currency={portfolio.currency} />
        ) : history ? (
          <p class="text-muted">{t("history.none")}</p>
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
  const { days, grid, drawing } = lines;
  const [first, last] = [days.find(({ total }) => total !== null), days.at(-1)];
  const written = (amount: string | null | undefined) => money(amount ?? null, currency, numbers);
  const readout = (index: number | null) => {
    const at = timeAt(grid, index ?? grid.count - 1);
    const day = days.find((one) => Date.parse(`${one.day}T00:00:00Z`) === at);
    return (
      <p class="flex flex-wrap gap-x-4">
        <span>{bucketName(at, DAY_MS, locale, "UTC")}</span>
        {PARTS.map(({ part, name, look }) => (
          <span key={part} class="flex items-center gap-1.5 whitespace-nowrap">
            <span class={`w-3.5 border-t-2 ${look}`} />
            {t(name)}{" "}
            <span class="font-medium text-ink">
              {roundedPrice(day?.[part] ?? null, currency, numbers)}
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
      <DayTable days={days} written={written} />
    </>
  );
}

interface DayTableProps {
  days: ValueLines["days"];
  written: (amount: string | null | undefined) => string;
}

/** Made only when somebody opens it. */
function DayTable({ days, written }: DayTableProps) {
  const { t, locale } = useLanguage();
  const [isOpen, setOpen] = useState(false);
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
          {[...days].reverse().map(({ day, cash, holdings, total }) => (
            <tr key={day}>
              <Name>{bucketName(Date.parse(`${day}T00:00:00Z`), DAY_MS, locale, "UTC")}</Name>
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
