/** What is owned, sortable: each with its day, its change since it was bought, and its weight. */
import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import type { Holding, Portfolio } from "../api/account";
import { type Stock, stocksQuery } from "../api/stocks";
import { useLanguage, useServices } from "../context";
import {
  direction,
  money,
  percent,
  portion,
  roundedPrice,
  shares,
  signedMoney,
} from "../format/numbers";
import type { Key } from "../i18n/translate";
import { companyPath } from "../market/path";
import { Change, COLOURS } from "../ui/change";
import { useMedia } from "../ui/media";
import { Sparkline } from "../ui/sparkline";
import { Cell, Name } from "../ui/table";
import { Ticker } from "../ui/ticker";

export const ORDERS = ["symbol", "value", "day_change", "gain", "allocation"] as const;
export type PositionOrder = (typeof ORDERS)[number];

export interface PositionSorting {
  order: PositionOrder;
  isDescending: boolean;
}

/** Only compared, never shown: floats serve. What is not known comes last either way. */
export function sortedPositions<T extends Pick<Holding, PositionOrder>>(
  positions: readonly T[],
  { order, isDescending }: PositionSorting,
): T[] {
  const way = isDescending ? -1 : 1;
  return [...positions].sort((a, b) => {
    if (order === "symbol") return way * a.symbol.localeCompare(b.symbol);
    const [left, right] = [a[order], b[order]];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return way * (Number(left) - Number(right)) || a.symbol.localeCompare(b.symbol);
  });
}

const NAMES: Record<PositionOrder, Key> = {
  symbol: "portfolio.company",
  value: "portfolio.worth",
  day_change: "portfolio.day.short",
  gain: "portfolio.gain.short",
  allocation: "portfolio.weight",
};

export function Positions({ portfolio: { positions, currency } }: { portfolio: Portfolio }) {
  const { api } = useServices();
  const isWide = useMedia("(width >= 48rem)");
  const stocks = useQuery(stocksQuery(api)).data ?? [];
  const [sorting, setSorting] = useState<PositionSorting>({ order: "value", isDescending: true });
  const bySymbol = new Map(stocks.map((stock) => [stock.symbol, stock]));
  return (
    <table class="w-full border-separate border-spacing-0">
      <thead>
        <tr>
          <Head order="symbol" sorting={sorting} onSort={setSorting} />
          {isWide && <td />}
          <Head order="value" sorting={sorting} onSort={setSorting} />
          <Head order="day_change" sorting={sorting} onSort={setSorting} />
          {isWide && <Head order="gain" sorting={sorting} onSort={setSorting} />}
          {isWide && <Head order="allocation" sorting={sorting} onSort={setSorting} />}
        </tr>
      </thead>
      <tbody>
        {sortedPositions(positions, sorting).map((position) => (
          <Row
            key={position.symbol}
            position={position}
            stock={bySymbol.get(position.symbol)}
            currency={currency}
            isWide={isWide}
          />
        ))}
      </tbody>
    </table>
  );
}

interface HeadProps {
  order: PositionOrder;
  sorting: PositionSorting;
  onSort: (sorting: PositionSorting) => void;
}

function Head({ order, sorting, onSort }: HeadProps) {
  const { t } = useLanguage();
  const isSorted = sorting.order === order;
  const isNumber = order !== "symbol";
  const next = { order, isDescending: isSorted ? !sorting.isDescending : isNumber };
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (sorting.isDescending ? "descending" : "ascending") : undefined}
      class={`px-0.5 first:pl-1.5 last:pr-1.5 sm:first:pl-2.5 sm:last:pr-2.5 ${isNumber ? "text-right" : "text-left"}`}
    >
      <button
        type="button"
        class="min-h-9 rounded-small px-2.5 text-small font-medium whitespace-nowrap text-muted hover:text-ink"
        onClick={() => onSort(next)}
      >
        {t(NAMES[order])}
        <span class="ml-1 inline-block w-2 text-[0.65em]" aria-hidden="true">
          {isSorted ? (sorting.isDescending ? "▼" : "▲") : ""}
        </span>
      </button>
    </th>
  );
}

interface RowProps {
  position: Holding;
  stock: Stock | undefined;
  currency: string;
  isWide: boolean;
}

function Row({ position, stock, currency, isWide }: RowProps) {
  const { t, numbers } = useLanguage();
  const unknown = t("portfolio.noPrice");
  return (
    <tr class="relative transition-colors hover:bg-raised/60">
      <Name>
        <Link
          href={companyPath(position.symbol)}
          class="flex items-center gap-3 after:absolute after:inset-0"
        >
          <Ticker symbol={position.symbol} />
          <span class="min-w-0">
            <span class="line-clamp-1 font-medium max-md:hidden">
              {position.name ?? position.symbol}
            </span>
            <span class="block text-small text-muted tabular-nums">
              {t("portfolio.held", {
                quantity: shares(position.quantity, numbers),
                cost: roundedPrice(position.average_cost, currency, numbers),
              })}
            </span>
          </span>
        </Link>
      </Name>
      {isWide && (
        <Cell>
          {stock && (
            <Sparkline
              trend={stock.trend}
              previousClose={stock.previous_close}
              class={COLOURS[direction(stock.change) ?? "flat"]}
            />
          )}
        </Cell>
      )}
      <Cell isNumber>
        <p class="font-semibold">{money(position.value, currency, numbers)}</p>
        <p class="text-small text-muted">{roundedPrice(position.price, currency, numbers)}</p>
      </Cell>
      <Cell isNumber>
        <Both
          amount={position.day_change}
          part={position.day_change_percent}
          currency={currency}
          unknown={unknown}
        />
      </Cell>
      {isWide && (
        <Cell isNumber>
          <Both
            amount={position.gain}
            part={position.gain_percent}
            currency={currency}
            unknown={unknown}
          />
        </Cell>
      )}
      {isWide && <Cell isNumber>{portion(position.allocation, numbers)}</Cell>}
    </tr>
  );
}

interface BothProps {
  amount: string | null;
  part: string | null;
  currency: string;
  unknown: string;
}

/** A change in money, and in percent below it. */
function Both({ amount, part, currency, unknown }: BothProps) {
  const { numbers } = useLanguage();
  return (
    <Change change={amount} unknown={unknown}>
      {signedMoney(amount, currency, numbers)}
      <span class="block text-small">{percent(part, numbers)}</span>
    </Change>
  );
}
