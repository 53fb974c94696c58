/** The chart of a company with its range, its words for those who cannot see it, and its numbers. */
import { keepPreviousData, useInfiniteQuery, useQuery } from "@tanstack/preact-query";
import { useMemo, useState } from "preact/hooks";
import { type Order, ordersQuery } from "../api/orders";
import type { Stock } from "../api/stocks";
import { bucketName, readersZone } from "../chart/clock";
import type { Mark } from "../chart/drawing";
import { type Candle, type Grid, indexAt, isOfDays, RANGES, type Range } from "../chart/grid";
import { useLanguage, useServices } from "../context";
import { direction, money, roundedPrice } from "../format/numbers";
import { useMarketZone } from "../market/zone";
import { differenceOf } from "../money/change";
import { Choices } from "../ui/choices";
import { Loaded } from "../ui/failure";
import { ChartSkeleton, PriceChart } from "../ui/lazy-chart";
import { Panel } from "../ui/panel";
import { Cell, Name, Table } from "../ui/table";
import { Readout } from "./readout";
import { gridTime, type Series, seriesQuery, summary, volumesOf, withLatest } from "./series";

type Shape = "line" | "candles";

const MOST_ROWS = 100;

export function ChartPanel({ stock }: { stock: Stock }) {
  const { t } = useLanguage();
  const { api } = useServices();
  const zone = useMarketZone();
  const [range, setRange] = useState<Range>("1D");
  const [shape, setShape] = useState<Shape>("line");
  const series = useQuery({
    ...seriesQuery(api, stock, range, zone),
    placeholderData: keepPreviousData,
  });
  const ranges = RANGES.map((value) => ({
    value,
    label: t(`company.chart.${value}`),
    long: t(`company.chart.${value}.long`),
  }));
  const shapes = (["line", "candles"] as const).map((value) => ({
    value,
    label: t(`company.chart.${value}`),
  }));
  return (
    <Panel
      title={t("company.chart")}
      action={
        <div class="flex flex-wrap gap-2">
          <Choices
            legend={t("company.chart.shape")}
            name="shape"
            options={shapes}
            value={shape}
            onChoose={setShape}
          />
          <Choices
            legend={t("company.chart.range")}
            name="range"
            options={ranges}
            value={range}
            onChoose={setRange}
          />
        </div>
      }
    >
      <div class="min-h-105">
        <Loaded query={series} failure={t("company.chart.failed")} skeleton={<ChartSkeleton />}>
          {(found) => <Drawn stock={stock} shape={shape} series={found} zone={zone} />}
        </Loaded>
      </div>
    </Panel>
  );
}

/** The reader's own purchases of this company that the exchange accepted. */
function useOwnPurchases(symbol: string): Order[] {
  const { api } = useServices();
  const { data } = useInfiniteQuery(ordersQuery(api, "all", 100));
  return useMemo(
    () =>
      (data?.pages.flatMap((page) => page.items) ?? []).filter(
        (order) => order.symbol === symbol && order.state === "ACCEPTED",
      ),
    [data, symbol],
  );
}

/** One arrow for each bucket in which there were purchases; with their number where there were several. */
export function purchaseMarks(
  orders: readonly Pick<Order, "created_at" | "ended_at">[],
  grid: Grid,
  slots: readonly unknown[],
  zone: string,
): Mark[] {
  const counts = new Map<number, number>();
  for (const order of orders) {
    const at = gridTime(Date.parse(order.ended_at ?? order.created_at), grid, zone);
    const index = indexAt(grid, at);
    if (index === null) continue;
    // An arrow stands at a price: the latest one there was.
    const nearest = slots.findLastIndex((slot, place) => place <= index && slot !== null);
    const place = nearest === -1 ? slots.findIndex((slot) => slot !== null) : nearest;
    if (place !== -1) counts.set(place, (counts.get(place) ?? 0) + 1);
  }
  return [...counts].map(([index, count]) => ({
    index,
    colour: "mark",
    shape: "arrowUp" as const,
    ...(count > 1 ? { text: `${count}×` } : {}),
  }));
}

interface DrawnProps {
  stock: Stock;
  shape: Shape;
  series: Series;
  zone: string;
}

function Drawn({ stock, shape, series: fetched, zone }: DrawnProps) {
  const { t, numbers } = useLanguage();
  const orders = useOwnPurchases(stock.symbol);
  const series = useMemo(
    () => withLatest(fetched, stock, zone),
    [fetched, stock.price, stock.observed_at, zone],
  );
  const { range, grid, slots } = series;
  const volume = useMemo(() => volumesOf(slots), [slots]);
  const marks = useMemo(
    () => purchaseMarks(orders, grid, slots, zone),
    [orders, grid, slots, zone],
  );
  const found = summary(slots);
  const close = range === "1D" ? stock.previous_close : null;
  const base = close ?? found?.first ?? null;
  const drawing = useMemo(() => {
    const way = base && found ? direction(differenceOf(base, found.last).amount) : null;
    const colour = way === "up" || way === "down" ? way : "link";
    const line = { shape: shape === "candles" ? "candles" : "area", colour, slots } as const;
    return {
      grid,
      lines: [line],
      marks,
      level: close ? { price: close, title: t("chart.previousClose.short") } : undefined,
      columns: volume.some(Boolean) ? volume : undefined,
    };
  }, [grid, slots, shape, marks, close, base, volume, found?.last, t]);
  if (!found || base === null) {
    return (
      <p class="grid h-83 place-items-center rounded-control bg-raised text-muted">
        {t("company.chart.none")}
      </p>
    );
  }
  const written = (price: string) => roundedPrice(price, stock.currency, numbers);
  const label = t("company.chart.summary", {
    name: stock.name,
    range: t(`company.chart.${range}.long`),
    first: written(base),
    last: written(found.last),
    low: written(found.low),
    high: written(found.high),
  });
  const baseName = t(close ? "chart.since.close" : "chart.since.start");
  return (
    <>
      <PriceChart
        drawing={drawing}
        currency={stock.currency}
        label={label}
        class={drawing.columns ? "h-84" : "h-72"}
        readout={(index) => (
          <Readout
            grid={grid}
            slots={slots}
            index={index}
            base={{ price: base, name: baseName }}
            currency={stock.currency}
            volume={index === null ? null : (volume[index] ?? null)}
          />
        )}
      />
      <Legend hasMarks={marks.length > 0} hasVolume={drawing.columns !== undefined} />
      <SlotTable grid={grid} slots={slots} currency={stock.currency} />
    </>
  );
}

function Legend({ hasMarks, hasVolume }: { hasMarks: boolean; hasVolume: boolean }) {
  const { t } = useLanguage();
  return (
    <div class="mt-2 flex min-h-5 flex-wrap items-center gap-x-4 text-small text-muted">
      {hasMarks && (
        <span>
          <span class="mr-1.5 text-mark" aria-hidden="true">
            ▲
          </span>
          {t("company.chart.own")}
        </span>
      )}
      {hasVolume && (
        <span>
          <span class="mr-1.5 inline-block h-3 w-1.5 bg-edge" aria-hidden="true" />
          {t("company.chart.volume")}
        </span>
      )}
    </div>
  );
}

/** The same numbers as text, made only when somebody opens it. */
function SlotTable(props: { grid: Grid; slots: readonly (Candle | null)[]; currency: string }) {
  const { t, locale, numbers } = useLanguage();
  const [isOpen, setOpen] = useState(false);
  const known = props.slots.filter((slot) => slot !== null);
  const rows = isOpen ? known.slice(-MOST_ROWS).reverse() : [];
  const zone = isOfDays(props.grid) ? "UTC" : readersZone();
  const written = (price: string) => money(price, props.currency, numbers);
  const columns = [
    { name: t("company.history.time") },
    { name: t("chart.open.long"), isNumber: true, isWide: true },
    { name: t("chart.high.long"), isNumber: true, isWide: true },
    { name: t("chart.low.long"), isNumber: true, isWide: true },
    { name: t("chart.close.long"), isNumber: true },
  ];
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="inline-flex min-h-9 cursor-pointer items-center rounded-control text-small font-medium text-link">
        {t("company.table.show")}
      </summary>
      {isOpen && (
        <Table columns={columns} isDense>
          {rows.map(({ at, open, high, low, close }) => (
            <tr key={at}>
              <Name>{bucketName(at, props.grid.stepMs, locale, zone)}</Name>
              <Cell isNumber isWide>
                {written(open)}
              </Cell>
              <Cell isNumber isWide>
                {written(high)}
              </Cell>
              <Cell isNumber isWide>
                {written(low)}
              </Cell>
              <Cell isNumber>{written(close)}</Cell>
            </tr>
          ))}
        </Table>
      )}
    </details>
  );
}
