/** The chart of a company with its period, its words for those who cannot see it, and its numbers. */
import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import type { Stock } from "../api/stocks";
import { useLanguage, useServices } from "../context";
import { moment } from "../format/ages";
import { money } from "../format/numbers";
import { Choices } from "../ui/choices";
import { Loaded } from "../ui/failure";
import { lazy } from "../ui/lazy";
import { Panel } from "../ui/panel";
import { Bar } from "../ui/skeletons";
import { Cell, Name, Table } from "../ui/table";
import { type Point, RANGES, type Range, type Series, seriesQuery, summary } from "./series";

const ChartSkeleton = () => <Bar class="h-72 w-full" />;
const PriceChart = lazy(() => import("./price-chart"), ChartSkeleton);
const MOST_ROWS = 100;

export function ChartPanel({ stock }: { stock: Stock }) {
  const { t } = useLanguage();
  const { api } = useServices();
  const [range, setRange] = useState<Range>("1D");
  const series = useQuery(seriesQuery(api, stock.symbol, range));
  const options = RANGES.map((value) => ({
    value,
    label: t(`company.chart.${value}`),
    long: t(`company.chart.${value}.long`),
  }));
  return (
    <Panel
      title={t("company.chart")}
      action={
        <Choices
          legend={t("company.chart.range")}
          name="range"
          options={options}
          value={range}
          onChoose={setRange}
        />
      }
    >
      <div class="min-h-86">
        <Loaded query={series} failure={t("company.chart.failed")} skeleton={<ChartSkeleton />}>
          {(found) => <Drawn stock={stock} range={range} series={found} />}
        </Loaded>
      </div>
    </Panel>
  );
}

function Drawn({ stock, range, series }: { stock: Stock; range: Range; series: Series }) {
  const { t, numbers } = useLanguage();
  const found = summary(series.points);
  if (!found) {
    return (
      <p class="grid h-72 place-items-center rounded-control bg-raised text-muted">
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
  return (
    <>
      <PriceChart points={series.points} currency={stock.currency} label={label} />
      {series.isCut && (
        <p class="mt-2 text-small text-muted">
          {t("company.chart.cut", { count: series.points.length })}
        </p>
      )}
      <PointTable points={series.points} currency={stock.currency} />
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
    <details class="mt-2" onToggle={(event) => setOpen(event.currentTarget.open)}>
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
