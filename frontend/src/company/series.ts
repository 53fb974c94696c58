/** The points of a company's chart: fetched for a period, oldest first, and summed up in words. */
import { queryOptions } from "@tanstack/preact-query";
import type { Api } from "../api/client";
import { candlesPage, type Price, pricesPage } from "../api/stocks";
import type { Point } from "../ui/price-chart";

export const RANGES = ["1D", "1W", "1M", "All"] as const;
export type Range = (typeof RANGES)[number];

export type { Point };
export type Shape = "line" | "candles";

export interface Series {
  points: Point[];
  /** There are older ones within the period that were not fetched. */
  isCut: boolean;
}

const DAY_MS = 86_400_000;
const DAYS: Record<Range, number | null> = { "1D": 1, "1W": 7, "1M": 30, All: null };
const PAGE = 100;
const MOST_PAGES = 10;
const STALE_MS = 60_000;

export function seriesQuery(api: Api, symbol: string, range: Range, shape: Shape) {
  return queryOptions({
    queryKey: ["series", symbol, range, shape],
    queryFn: ({ signal }) => series({ api, symbol, range, shape, nowMs: Date.now(), signal }),
    staleTime: STALE_MS,
    refetchInterval: STALE_MS,
  });
}

interface Asked {
  api: Api;
  symbol: string;
  range: Range;
  shape: Shape;
  nowMs: number;
  signal: AbortSignal;
}

/** A day as a line is made of single prices; what is longer, or drawn as candles, of hours or days. */
async function series({ api, symbol, range, shape, nowMs, signal }: Asked): Promise<Series> {
  const days = DAYS[range];
  const from = days === null ? {} : { from: new Date(nowMs - days * DAY_MS).toISOString() };
  if (range === "1D" && shape === "line") {
    const { items, isCut } = await gathered((cursor) =>
      pricesPage(api, symbol, { limit: PAGE, cursor, ...from }, signal),
    );
    return { points: oldestFirst(items), isCut };
  }
  const interval = range === "All" ? "1d" : "1h";
  const { items, isCut } = await gathered((cursor) =>
    candlesPage(api, symbol, { limit: PAGE, cursor, interval, ...from }, signal),
  );
  const points = items.reverse().map((candle) => ({
    at: candle.opened_at,
    price: candle.close,
    candle,
  }));
  return { points, isCut };
}

type Pages<T> = (cursor: string) => Promise<{ items: T[]; next_cursor: string | null }>;

async function gathered<T>(ask: Pages<T>): Promise<{ items: T[]; isCut: boolean }> {
  const items: T[] = [];
  let cursor: string | null = "";
  for (let page = 0; page < MOST_PAGES && cursor !== null; page += 1) {
    const found: Awaited<ReturnType<Pages<T>>> = await ask(cursor);
    items.push(...found.items);
    cursor = found.next_cursor;
  }
  return { items, isCut: cursor !== null };
}

/** One point per second, the latest: a chart cannot show two at once. */
export function oldestFirst(newestFirst: Price[]): Point[] {
  const bySecond = new Map<number, Point>();
  for (const { observed_at: at, price } of [...newestFirst].reverse())
    bySecond.set(second(at), { at, price });
  return [...bySecond].sort(([a], [b]) => a - b).map(([, point]) => point);
}

export function second(at: string): number {
  return Math.floor(Date.parse(at) / 1000);
}

export interface Summary {
  first: string;
  last: string;
  low: string;
  high: string;
}

/** The prices that stand for the whole line; null of none. */
export function summary(points: Point[]): Summary | null {
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return null;
  // Only compared: the texts themselves are shown.
  const ascending = (prices: string[]) => prices.sort((a, b) => Number(a) - Number(b));
  const lows = ascending(points.map(({ price, candle }) => candle?.low ?? price));
  const highs = ascending(points.map(({ price, candle }) => candle?.high ?? price));
  return {
    first: first.candle?.open ?? first.price,
    last: last.price,
    low: lows[0] ?? first.price,
    high: highs.at(-1) ?? last.price,
  };
}
