/** The points of a company's chart: fetched for a period, oldest first, and summed up in words. */
import { queryOptions } from "@tanstack/preact-query";
import type { Api } from "../api/client";
import { type Price, pricesPage } from "../api/stocks";

export const RANGES = ["1D", "1W", "1M", "All"] as const;
export type Range = (typeof RANGES)[number];

export interface Point {
  at: string;
  /** A decimal string. */
  price: string;
}

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

export function seriesQuery(api: Api, symbol: string, range: Range) {
  return queryOptions({
    queryKey: ["series", symbol, range],
    queryFn: ({ signal }) => series(api, symbol, range, Date.now(), signal),
    staleTime: STALE_MS,
    refetchInterval: STALE_MS,
  });
}

async function series(
  api: Api,
  symbol: string,
  range: Range,
  nowMs: number,
  signal: AbortSignal,
): Promise<Series> {
  const days = DAYS[range];
  const from = days === null ? {} : { from: new Date(nowMs - days * DAY_MS).toISOString() };
  const prices: Price[] = [];
  let cursor: string | null = "";
  for (let page = 0; page < MOST_PAGES && cursor !== null; page += 1) {
    const found: Awaited<ReturnType<typeof pricesPage>> = await pricesPage(
      api,
      symbol,
      { limit: PAGE, cursor, ...from },
      signal,
    );
    prices.push(...found.items);
    cursor = found.next_cursor;
  }
  return { points: oldestFirst(prices), isCut: cursor !== null };
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
  const byPrice = [...points].sort((a, b) => Number(a.price) - Number(b.price));
  return {
    first: first.price,
    last: last.price,
    low: byPrice[0]?.price ?? first.price,
    high: byPrice.at(-1)?.price ?? last.price,
  };
}
