/** What a company's chart is made of: the prices of a range, on a grid that covers the whole of it. */
import { queryOptions } from "@tanstack/preact-query";
import type { Api } from "../api/client";
import { type Candle as ApiCandle, candlesPage, type Interval, type Stock } from "../api/stocks";
import { boundsOf, dateOf, dayNumber } from "../chart/days";
import {
  bucketFor,
  type Candle,
  DAY_MS,
  type Grid,
  gridOver,
  HOUR_MS,
  indexAt,
  MINUTE_MS,
  merged,
  monthsBefore,
  placed,
  type Range,
} from "../chart/grid";

export interface Series {
  range: Range;
  grid: Grid;
  /** One for each bucket; null where no price came. */
  slots: (Candle | null)[];
}

/** A range before it is known how far 'All' goes back. */
export interface Span {
  from: number;
  until: number;
  stepMs: number;
  /** A market's midnight, from which shorter buckets are counted; 0 for days. */
  anchor?: number;
}

const PAGE = 400;
const MOST_PAGES = 5;
const INTERVALS: readonly [number, Interval][] = [
  [DAY_MS, "1d"],
  [2 * HOUR_MS, "2h"],
  [HOUR_MS, "1h"],
  [30 * MINUTE_MS, "30m"],
];
const STALE_MS = 30_000;
const MONTHS = { "3M": 3, "1Y": 12 } as const;

/** As much of a company as a range depends on. */
export type Dated = Pick<Stock, "symbol" | "market_day" | "observed_at">;

/** What a range covers: the market day whole, else up to now; days as the calendar days they are. */
export function spanOf(range: Exclude<Range, "All">, day: string, zone: string, now: number): Span {
  switch (range) {
    case "1D":
      return { ...boundsOf(day, zone), stepMs: 5 * MINUTE_MS, anchor: boundsOf(day, zone).from };
    case "1W":
      return { ...rolling(7, day, zone, now), stepMs: 30 * MINUTE_MS };
    case "1M":
      return { ...rolling(30, day, zone, now), stepMs: 2 * HOUR_MS };
    case "3M":
    case "1Y": {
      const today = dayNumber(dateOf(now, zone));
      return {
        from: monthsBefore(today, MONTHS[range]),
        until: today + DAY_MS,
        stepMs: DAY_MS,
      };
    }
  }
}

function rolling(days: number, day: string, zone: string, now: number): Omit<Span, "stepMs"> {
  return { from: now - days * DAY_MS, until: now, anchor: boundsOf(day, zone).from };
}

/** Everything since the first price, in the finest buckets of which there are not too many. */
export function spanSince(first: number, zone: string, now: number): Span {
  const stepMs = bucketFor(now - first);
  if (stepMs < DAY_MS) {
    return { from: first, until: now, stepMs, anchor: boundsOf(dateOf(now, zone), zone).from };
  }
  const from = dayNumber(dateOf(first, zone));
  return { from, until: dayNumber(dateOf(now, zone)) + DAY_MS, stepMs };
}

export function seriesQuery(api: Api, stock: Dated, range: Range, zone: string) {
  return queryOptions({
    queryKey: ["series", stock.symbol, range, stock.market_day],
    queryFn: ({ signal }) => series({ api, stock, range, zone, now: Date.now(), signal }),
    staleTime: STALE_MS,
    refetchInterval: 2 * STALE_MS,
  });
}

interface Asked {
  api: Api;
  stock: Dated;
  range: Range;
  zone: string;
  now: number;
  signal: AbortSignal;
}

async function series({ api, stock, range, zone, now, signal }: Asked): Promise<Series> {
  const ask = (span: Span) => candlesOver(api, stock.symbol, span, zone, signal, true);
  if (range !== "All") return onGrid(range, spanOf(range, stock.market_day, zone, now), ask);
  const days = await ask({ from: 0, until: now + DAY_MS, stepMs: DAY_MS });
  const first = days[0];
  const firstDay = first ? boundsOf(new Date(first.at).toISOString().slice(0, 10), zone).from : now;
  const rough = spanSince(firstDay, zone, now);
  if (rough.stepMs >= DAY_MS) return onGrid(range, rough, async () => days);
  // The day of the first price is known; the price itself may have come late on it.
  const found = await ask(rough);
  const exact = spanSince(found[0]?.at ?? firstDay, zone, now);
  return onGrid(range, exact, exact.stepMs === rough.stepMs ? async () => found : ask);
}

async function onGrid(
  range: Range,
  span: Span,
  ask: (span: Span) => Promise<Candle[]>,
): Promise<Series> {
  const grid = gridOver(span.from, span.until, span.stepMs, span.anchor);
  const candles = merged(await ask(span), span.stepMs, span.anchor);
  return { range, grid, slots: placed(grid, candles) };
}

/** Oldest first; candles of days at midnight UTC of their date. */
export async function candlesOver(
  api: Api,
  symbol: string,
  { from, until, stepMs }: Span,
  zone: string,
  signal: AbortSignal,
  volume = false,
): Promise<Candle[]> {
  // The coarsest of which whole ones make up a bucket.
  const interval = INTERVALS.find(([length]) => stepMs % length === 0)?.[1] ?? "5m";
  const isDays = interval === "1d";
  // A market day begins up to half a day before or after that of UTC.
  const slack = isDays ? DAY_MS : 0;
  const query = {
    limit: PAGE,
    interval,
    ...(volume ? { volume } : {}),
    ...(from > 0 ? { from: new Date(from - slack).toISOString() } : {}),
    to: new Date(until + slack).toISOString(),
  };
  const items: ApiCandle[] = [];
  let cursor: string | null = "";
  for (let page = 0; page < MOST_PAGES && cursor !== null; page += 1) {
    const found: Awaited<ReturnType<typeof candlesPage>> = await candlesPage(
      api,
      symbol,
      { ...query, cursor },
      signal,
    );
    items.push(...found.items);
    cursor = found.next_cursor;
  }
  return items.reverse().map(({ opened_at, open, high, low, close, volume: bought }) => {
    const opened = Date.parse(opened_at);
    const at = isDays ? dayNumber(dateOf(opened, zone)) : opened;
    return { at, open, high, low, close, volume: bought };
  });
}

/** A time on the grid: on one of days, the market's date. */
export function gridTime(at: number, grid: Grid, zone: string): number {
  return grid.stepMs >= DAY_MS ? dayNumber(dateOf(at, zone)) : at;
}

/** Shares that all groups bought in each bucket. Floats serve, since only heights in pixels come of them. */
export function volumesOf(slots: readonly (Candle | null)[]): (number | null)[] {
  return slots.map((slot) => (slot?.volume ? Number(slot.volume) : null));
}

export interface Summary {
  first: string;
  last: string;
  low: string;
  high: string;
}

/** The prices that stand for the whole line; null of none. */
export function summary(slots: readonly (Candle | null)[]): Summary | null {
  const known = slots.filter((slot) => slot !== null);
  const [first, last] = [known[0], known.at(-1)];
  if (!first || !last) return null;
  // Only compared: the texts themselves are shown.
  const ascending = (prices: string[]) => prices.sort((a, b) => Number(a) - Number(b));
  return {
    first: first.open,
    last: last.close,
    low: ascending(known.map(({ low }) => low))[0] ?? first.low,
    high: ascending(known.map(({ high }) => high)).at(-1) ?? last.high,
  };
}

/** The series up to the price that stands beside it: what is newer than the last candles' fetch. */
export function withLatest(series: Series, stock: LatestPrice, zone: string): Series {
  const at = gridTime(Date.parse(stock.observed_at), series.grid, zone);
  const { grid, slots } = moved(series, at);
  const index = indexAt(grid, at);
  if (index === null) return series;
  const { price } = stock;
  const before = slots[index] ?? null;
  const slot = { at, open: price, high: price, low: price, close: price };
  const changed = [...slots];
  changed[index] = merged(before ? [before, slot] : [slot], grid.stepMs, grid.from)[0] ?? before;
  return { ...series, grid, slots: changed };
}

type LatestPrice = Pick<Stock, "price" | "observed_at">;

/** A rolling range moves on when time does; a market day has its end. */
function moved({ range, grid, slots }: Series, at: number): Pick<Series, "grid" | "slots"> {
  const late = Math.floor((at - grid.from) / grid.stepMs) - grid.count + 1;
  if (range === "1D" || late <= 0 || late > grid.count) return { grid, slots };
  return {
    grid: { ...grid, from: grid.from + late * grid.stepMs },
    slots: [...slots.slice(late), ...new Array<null>(late).fill(null)],
  };
}
