/** The rows of the board, and the skeleton of the same shape. */
import { Link } from "wouter-preact";
import type { BoardOrder, Stock } from "../api/stocks";
import { useLanguage } from "../context";
import { direction, money, percent, roundedPrice, signed } from "../format/numbers";
import { Change, COLOURS } from "../ui/change";
import { StarIcon } from "../ui/icons";
import { Sparkline } from "../ui/sparkline";
import { Ticker } from "../ui/ticker";
import { PriceAge } from "../ui/when";

const CARD =
  "w-full table-fixed border-separate border-spacing-0 overflow-hidden rounded-card border border-line bg-surface";
const CELL = "h-18 border-t border-line px-3 group-first:border-t-0";
const WIDE_ONLY = "max-sm:hidden";
const WIDEST_ONLY = "max-lg:hidden";

export interface Sorting {
  order: BoardOrder;
  isDescending: boolean;
}

interface BoardProps {
  stocks: Stock[];
  nowMs: number;
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  stars: ReadonlySet<string>;
  onStar: (symbol: string) => void;
}

export function Board({ stocks, nowMs, sorting, onSort, stars, onStar }: BoardProps) {
  return (
    <table class={CARD}>
      <Columns />
      <Head sorting={sorting} onSort={onSort} />
      <tbody>
        {stocks.map((stock) => (
          <Row
            key={stock.symbol}
            stock={stock}
            nowMs={nowMs}
            isStarred={stars.has(stock.symbol)}
            onStar={onStar}
          />
        ))}
      </tbody>
    </table>
  );
}

interface HeadProps {
  sorting?: Sorting | undefined;
  onSort?: ((sorting: Sorting) => void) | undefined;
}

/** The columns' widths: cells could not say them, since a phone takes the head out of the table. */
function Columns() {
  return (
    <colgroup>
      <col class="w-12" />
      <col />
      <col class="w-36 sm:w-40" />
      <col class={`${WIDE_ONLY} w-48`} />
      <col class={`${WIDEST_ONLY} w-24`} />
      <col class={`${WIDEST_ONLY} w-32`} />
      <col class={`${WIDE_ONLY} w-32`} />
    </colgroup>
  );
}

function Head({ sorting, onSort }: HeadProps) {
  const { t } = useLanguage();
  const sortable = { sorting, onSort };
  return (
    <thead class="bg-raised max-sm:sr-only">
      <tr>
        <td />
        <SortHead order="symbol" name={t("market.company")} {...sortable} />
        <SortHead order="price" name={t("market.price")} {...sortable} />
        <SortHead order="change" name={t("market.change")} class={WIDE_ONLY} {...sortable} />
        <td class={WIDEST_ONLY} />
        <th scope="col" class={`${WIDEST_ONLY} px-3 text-right text-small font-medium text-muted`}>
          {t("market.age")}
        </th>
        <td class={WIDE_ONLY} />
      </tr>
    </thead>
  );
}

function SortHead(props: HeadProps & { order: BoardOrder; name: string; class?: string }) {
  const { order, name, sorting, onSort, class: extra = "" } = props;
  const { t } = useLanguage();
  const isSorted = sorting?.order === order;
  const isDescending = isSorted ? sorting.isDescending : false;
  const isNumber = order !== "symbol";
  // Numbers start with the largest, names with the first; a second press turns it round.
  const next = { order, isDescending: isSorted ? !isDescending : isNumber };
  const arrow = (
    <span class="inline-block w-2.5 text-[0.65em]" aria-hidden="true">
      {isSorted ? (isDescending ? "▼" : "▲") : ""}
    </span>
  );
  return (
    <th
      scope="col"
      aria-sort={isSorted ? (isDescending ? "descending" : "ascending") : undefined}
      class={`px-0.5 ${isNumber ? "text-right" : "text-left"} ${extra}`}
    >
      <button
        type="button"
        class="min-h-11 rounded-small px-2.5 text-small font-medium text-muted hover:text-ink max-sm:hidden"
        title={`${t("market.sort")}: ${t(`market.sort.${order}`)}`}
        onClick={() => onSort?.(next)}
      >
        {isNumber ? arrow : null} {name} {isNumber ? null : arrow}
      </button>
      <span class="sm:hidden">{name}</span>
    </th>
  );
}

interface RowProps {
  stock: Stock;
  nowMs: number;
  isStarred: boolean;
  onStar: (symbol: string) => void;
}

function Row({ stock, nowMs, isStarred, onStar }: RowProps) {
  return (
    <tr class="group relative transition-colors hover:bg-raised/60">
      <td class="border-t border-line pl-0.5 group-first:border-t-0">
        <Star symbol={stock.symbol} isOn={isStarred} onStar={onStar} />
      </td>
      <th scope="row" class={`${CELL} pl-0 text-left font-normal sm:pl-0`}>
        <Company stock={stock} nowMs={nowMs} />
      </th>
      <td class={`${CELL} pl-0 text-right tabular-nums`}>
        <Price stock={stock} />
        <div class="text-small sm:hidden">
          <StockChange stock={stock} />
        </div>
        <div class="hidden text-small sm:block lg:hidden">
          <PriceAge at={stock.observed_at} nowMs={nowMs} />
        </div>
      </td>
      <td class={`${CELL} ${WIDE_ONLY} text-right tabular-nums`}>
        <StockChange stock={stock} />
      </td>
      <td class={`${CELL} ${WIDEST_ONLY}`}>
        <Sparkline trend={stock.trend} class={COLOURS[direction(stock.change) ?? "flat"]} />
      </td>
      <td class={`${CELL} ${WIDEST_ONLY} text-right text-small`}>
        <PriceAge at={stock.observed_at} nowMs={nowMs} />
      </td>
      <td class={`${CELL} ${WIDE_ONLY} text-right`}>
        <BuyLink symbol={stock.symbol} />
      </td>
    </tr>
  );
}

export function companyPath(symbol: string): string {
  return `/stocks/${encodeURIComponent(symbol)}`;
}

function Star({
  symbol,
  isOn,
  onStar,
}: { symbol: string } & { isOn: boolean } & Pick<RowProps, "onStar">) {
  const { t } = useLanguage();
  return (
    <button
      type="button"
      aria-label={t(isOn ? "market.unstar" : "market.star", { symbol })}
      title={t(isOn ? "market.unstar" : "market.star", { symbol })}
      class={`relative z-1 grid size-11 place-items-center rounded-control hover:bg-raised ${isOn ? "text-star" : "text-edge"}`}
      onClick={() => onStar(symbol)}
    >
      <StarIcon isOn={isOn} />
    </button>
  );
}

/** The link's area is the whole row; what else can be pressed lies above it. */
function Company({ stock, nowMs }: { stock: Stock; nowMs: number }) {
  return (
    <div class="flex items-center gap-3">
      <Ticker symbol={stock.symbol} class="max-sm:hidden" />
      <div class="min-w-0">
        <p class="flex items-baseline gap-2 sm:hidden">
          <span class="font-semibold">{stock.symbol}</span>
          <span class="truncate text-small">
            <PriceAge at={stock.observed_at} nowMs={nowMs} />
          </span>
        </p>
        <p class="truncate max-sm:text-small max-sm:text-muted sm:font-semibold" title={stock.name}>
          <Link href={companyPath(stock.symbol)} class="after:absolute after:inset-0">
            {stock.name}
          </Link>
        </p>
      </div>
    </div>
  );
}

function BuyLink({ symbol }: { symbol: string }) {
  const { t } = useLanguage();
  return (
    <Link
      href={`${companyPath(symbol)}/buy`}
      aria-label={t("market.buy.of", { symbol })}
      class="relative z-1 inline-grid min-h-10 place-items-center rounded-control border border-edge/50 bg-surface px-4 text-small font-semibold text-link transition-colors hover:border-action hover:bg-action hover:text-on-action"
    >
      {t("market.buy")}
    </Link>
  );
}

/** Keyed by its text: a new number is a new element, which takes its place without moving an old one. */
function Price({ stock }: { stock: Stock }) {
  const { numbers } = useLanguage();
  return (
    <p key={stock.price} class="font-semibold" title={money(stock.price, stock.currency, numbers)}>
      {roundedPrice(stock.price, stock.currency, numbers)}
    </p>
  );
}

export function StockChange({ stock }: { stock: Stock }) {
  const { t, numbers } = useLanguage();
  return (
    <Change
      change={stock.change}
      unknown={t("market.change.unknown")}
      hint={t("market.change.hint")}
    >
      {signed(stock.change, stock.price, numbers)} ({percent(stock.change_percent, numbers)})
    </Change>
  );
}

const SKELETON_ROWS = 8;

export function BoardSkeleton() {
  const { t } = useLanguage();
  const bar = (size: string) => (
    <span class={`block h-4 animate-pulse rounded-small bg-raised ${size}`} />
  );
  return (
    <div role="status">
      <span class="sr-only">{t("market.loading")}</span>
      <table class={CARD} aria-hidden="true" inert>
        <Columns />
        <Head />
        <tbody>
          {Array.from({ length: SKELETON_ROWS }, (_, index) => (
            <tr key={index} class="group">
              <td class={CELL} />
              <td class={`${CELL} pl-0`}>
                <div class="flex items-center gap-3">
                  <span class="hidden h-9 w-15 flex-none animate-pulse rounded-small bg-raised sm:block" />
                  {bar(index % 2 ? "w-28" : "w-40")}
                </div>
              </td>
              <td class={CELL}>{bar("ml-auto w-20")}</td>
              <td class={`${CELL} ${WIDE_ONLY}`}>{bar("ml-auto w-28")}</td>
              <td class={`${CELL} ${WIDEST_ONLY}`} />
              <td class={`${CELL} ${WIDEST_ONLY}`}>{bar("ml-auto w-16")}</td>
              <td class={`${CELL} ${WIDE_ONLY}`}>{bar("ml-auto w-20")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
