/** The chart of a company with its period, its words for those who cannot see it, and its numbers. */
import { useInfiniteQuery, useQuery } from "@tanstack/preact-query";
import { useMemo, useState } from "preact/hooks";
import { ordersQuery } from "../api/orders";
import type { Stock } from "../api/stocks";
import { useLanguage, useServices } from "../context";
import { moment } from "../format/ages";
import { money } from "../format/numbers";
import { Choices } from "../ui/choices";
import { Loaded } from "../ui/failure";
import { ChartSkeleton, PriceChart } from "../ui/lazy-chart";
import { Panel } from "../ui/panel";
import { Cell, Name, Table } from "../ui/table";
import {
  type Point,
  RANGES,
  type Range,
  type Series,
  type Shape,
  seriesQuery,
  summary,
} from "./series";

const MOST_ROWS = 100;

export function ChartPanel({ stock }: { stock: Stock }) {
  const { t } = useLanguage();
  const { api } = useServices();
  const [range, setRange] = useState<Range>("1D");
  const [shape, setShape] = useState<Shape>("line");
  const series = useQuery(seriesQuery(api, stock.symbol, range, shape));
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
      <div class="min-h-88">
        <Loaded query={series} failure={t("company.chart.failed")} skeleton={<ChartSkeleton />}>
          {(found) => <Drawn stock={stock} range={range} shape={shape} series={found} />}
        </Loaded>
      </div>
    </Panel>
  );
}

/** When the exchange accepted the reader's own purchases of this company. */
function useOwnPurchases(symbol: string): string[] {
  const { api } = useServices();
  const { data } = useInfiniteQuery(ordersQuery(api, "all", 100));
  return useMemo(
    () =>
      (data?.pages.flatMap((page) => page.items) ?? [])
        .filter((order) => order.symbol === symbol && order.state === "ACCEPTED")
        .map((order) => order.created_at),
    [data, symbol],
  );
}

interface DrawnProps {
  stock: Stock;
  range: Range;
  shape: Shape;
  series: Series;
}

function Drawn({ stock, range, shape, series: { points, isCut } }: DrawnProps) {
  const { t, numbers } = useLanguage();
  const marks = useOwnPurchases(stock.symbol);
  const lines = useMemo(
    () => [{ shape: shape === "candles" ? ("candles" as const) : ("area" as const), points }],
    [points, shape],
  );
  const found = summary(points);
  if (!found) {
    return (
      <p class="grid h-78 place-items-center rounded-control bg-raised text-muted">
        {t("company.chart.none")}
      </p>
    );
  }
  const written = (price: string) => money(price, stock.currency, numbers);
  const label = t("company.chart.summary", {
    name: stock.name,
    range: t(`company.chart.${range}.long`),
    first: written(found.first),
    last: written(found.last),
    low: written(found.low),
    high: written(found.high),
  });
  const isMarked = marks.some((at) => at >= (points[0]?.at ?? ""));
  return (
    <>
      <PriceChart lines={lines} marks={marks} currency={stock.currency} label={label} />
      <div class="mt-2 flex flex-wrap items-center gap-x-4 text-small text-muted">
        {isMarked && (
          <span>
            <span class="mr-1.5 inline-block size-2.5 rounded-full bg-flame" aria-hidden="true" />
            {t("company.chart.own")}
          </span>
        )}
        {isCut && <span>{t("company.chart.cut", { count: points.length })}</span>}
      </div>
      <PointTable points={points} currency={stock.currency} />
    </>
  );
}

/** The same numbers as text, made only when somebody opens it. */
function PointTable({ points, currency }: { points: Point[]; currency: string }) {
  const { t, locale, numbers } = useLanguage();
  const [isOpen, setOpen] = useState(false);
  const rows = isOpen ? points.slice(-MOST_ROWS).reverse() : [];
  const columns = [
    { name: t("company.history.time") },
    { name: t("company.history.price"), isNumber: true },
  ];
  return (
    <details onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary class="inline-flex min-h-9 cursor-pointer items-center rounded-control text-small font-medium text-link">
        {t("company.table.show")}
      </summary>
      {isOpen && (
        <Table columns={columns} isDense>
          {rows.map(({ at, price }) => (
            <tr key={at}>
              <Name>{moment(at, locale)}</Name>
              <Cell isNumber>{money(price, currency, numbers)}</Cell>
            </tr>
          ))}
        </Table>
      )}
    </details>
  );
}
