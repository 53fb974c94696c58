/** The rows of the board, and the skeleton of the same shape. */
import type { Stock } from "../api/stocks";
import { useLanguage } from "../context";
import { age, ageInSeconds, moment, STALE_AFTER_S } from "../format/ages";
import {
  type Direction,
  direction,
  money,
  percent,
  roundedPrice,
  signed,
  UNKNOWN,
} from "../format/numbers";

const CARD =
  "w-full table-fixed border-separate border-spacing-0 overflow-hidden rounded-card border border-line bg-surface";
const CELL = "h-18 border-t border-line px-4 group-first:border-t-0 sm:px-5";
const HEAD = "px-4 py-3 text-small font-medium text-muted sm:px-5";
const PRICE_WIDTH = "w-40 sm:w-44";
const WIDE_ONLY = "hidden sm:table-cell";

const ARROWS: Record<Direction, string> = { up: "▲", down: "▼", flat: "■" };
const COLOURS: Record<Direction, string> = { up: "text-up", down: "text-down", flat: "text-muted" };

function Head() {
  const { t } = useLanguage();
  return (
    <thead class="bg-raised text-left max-sm:sr-only">
      <tr>
        <th scope="col" class={HEAD}>
          {t("market.company")}
        </th>
        <th scope="col" class={`${HEAD} ${PRICE_WIDTH} text-right`}>
          {t("market.price")}
        </th>
        <th
          scope="col"
          class={`${HEAD} ${WIDE_ONLY} w-52 text-right`}
          title={t("market.change.hint")}
        >
          {t("market.change")}
        </th>
        <th scope="col" class={`${HEAD} ${WIDE_ONLY} w-36 text-right`}>
          {t("market.age")}
        </th>
      </tr>
    </thead>
  );
}

export function Board({ stocks, nowMs }: { stocks: Stock[]; nowMs: number }) {
  return (
    <table class={CARD}>
      <Head />
      <tbody>
        {stocks.map((stock) => (
          <Row key={stock.symbol} stock={stock} nowMs={nowMs} />
        ))}
      </tbody>
    </table>
  );
}

function Row({ stock, nowMs }: { stock: Stock; nowMs: number }) {
  return (
    <tr class="group transition-colors hover:bg-raised/60">
      <th scope="row" class={`${CELL} text-left font-normal`}>
        <div class="flex items-center gap-3">
          <Ticker symbol={stock.symbol} />
          <div class="min-w-0">
            <p class="flex items-baseline gap-2 sm:hidden">
              <span class="font-semibold">{stock.symbol}</span>
              <span class="truncate text-small">
                <Age at={stock.observed_at} nowMs={nowMs} />
              </span>
            </p>
            <p
              class="truncate max-sm:text-small max-sm:text-muted sm:font-semibold"
              title={stock.name}
            >
              {stock.name}
            </p>
          </div>
        </div>
      </th>
      <td class={`${CELL} text-right tabular-nums`}>
        <Price stock={stock} />
        <div class="text-small sm:hidden">
          <Change stock={stock} />
        </div>
      </td>
      <td class={`${CELL} ${WIDE_ONLY} text-right tabular-nums`}>
        <Change stock={stock} />
      </td>
      <td class={`${CELL} ${WIDE_ONLY} text-right text-small`}>
        <Age at={stock.observed_at} nowMs={nowMs} />
      </td>
    </tr>
  );
}

function Ticker({ symbol }: { symbol: string }) {
  return (
    <span class="hidden h-9 w-15 flex-none sm:grid place-items-center overflow-hidden rounded-small bg-calm text-small font-bold tracking-wide text-link">
      {symbol}
    </span>
  );
}

/** Keyed by its text: a new number is a new element, which takes its place without moving an old one. */
function Price({ stock }: { stock: Stock }) {
  const { locale } = useLanguage();
  return (
    <p key={stock.price} class="font-semibold" title={money(stock.price, stock.currency, locale)}>
      {roundedPrice(stock.price, stock.currency, locale)}
    </p>
  );
}

function Change({ stock }: { stock: Stock }) {
  const { t, locale } = useLanguage();
  const way = direction(stock.change);
  if (!way) {
    return (
      <span class="text-muted" title={t("market.change.unknown")}>
        <span aria-hidden="true">{UNKNOWN}</span>
        <span class="sr-only">{t("market.change.unknown")}</span>
      </span>
    );
  }
  return (
    <span
      key={stock.change}
      class={`whitespace-nowrap ${COLOURS[way]}`}
      title={t("market.change.hint")}
    >
      <span class="mr-1 text-[0.65em]" aria-hidden="true">
        {ARROWS[way]}
      </span>
      <span class="sr-only">{t(`market.change.${way}`)} </span>
      {signed(stock.change, stock.price, locale)} ({percent(stock.change_percent, locale)})
    </span>
  );
}

function Age({ at, nowMs }: { at: string; nowMs: number }) {
  const { t, locale } = useLanguage();
  const isStale = ageInSeconds(at, nowMs) > STALE_AFTER_S;
  const words = age(at, nowMs, locale);
  return (
    <time
      key={words}
      dateTime={at}
      title={`${isStale ? `${t("market.stale")} · ` : ""}${moment(at, locale)}`}
      class={isStale ? "text-warn" : "text-muted"}
    >
      {isStale && <span class="sr-only">{t("market.stale")}, </span>}
      {words}
    </time>
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
      <table class={CARD} aria-hidden="true">
        <Head />
        <tbody>
          {Array.from({ length: SKELETON_ROWS }, (_, index) => (
            <tr key={index} class="group">
              <td class={CELL}>
                <div class="flex items-center gap-3">
                  <span class="hidden h-9 w-15 flex-none animate-pulse rounded-small bg-raised sm:block" />
                  {bar(index % 2 ? "w-28" : "w-40")}
                </div>
              </td>
              <td class={CELL}>{bar("ml-auto w-20")}</td>
              <td class={`${CELL} ${WIDE_ONLY}`}>{bar("ml-auto w-28")}</td>
              <td class={`${CELL} ${WIDE_ONLY}`}>{bar("ml-auto w-16")}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
