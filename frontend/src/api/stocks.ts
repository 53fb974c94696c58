/** Companies: the board with every one's latest price, one of them, and its history. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/preact-query";
import { unlessLive } from "../live/live";
import { newest, newestItems } from "../live/newest";
import aliases from "../market/aliases.json";
import { type Api, unwrap } from "./client";
import type { components, operations } from "./schema";

export type Stock = components["schemas"]["Stock"];
export type Price = components["schemas"]["Price"];
export type Candle = components["schemas"]["Candle"];
export type Trade = components["schemas"]["Trade"];
export type Heartbeat = components["schemas"]["Heartbeat"];

// Prices come about every five minutes; this is how late the board may notice.
const REFRESH_MS = 20_000;
// Young enough to be shown to another screen, or on coming back to the tab, without asking again.
const STALE_MS = 5_000;

export function stocksQuery(api: Api) {
  return queryOptions({
    queryKey: ["stocks"],
    queryFn: async ({ signal }) => unwrap(await api.GET("/stocks", { signal })).items,
    structuralSharing: (known, read) =>
      newestItems(known as Stock[] | undefined, read as Stock[], (stock) => stock.symbol),
    refetchInterval: unlessLive(REFRESH_MS),
    staleTime: STALE_MS,
  });
}

export function stockQuery(api: Api, symbol: string) {
  return queryOptions({
    queryKey: ["stock", symbol],
    queryFn: async ({ signal }) =>
      unwrap(await api.GET("/stocks/{symbol}", { params: { path: { symbol } }, signal })),
    structuralSharing: (known, read) => newest(known as Stock | undefined, read as Stock),
    refetchInterval: unlessLive(REFRESH_MS),
    staleTime: STALE_MS,
  });
}

/** The history, newest first, a page at a time. */
export function pricesQuery(api: Api, symbol: string) {
  return infiniteQueryOptions({
    queryKey: ["prices", symbol],
    queryFn: ({ signal, pageParam }) =>
      pricesPage(api, symbol, { limit: 25, cursor: pageParam }, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    staleTime: REFRESH_MS,
  });
}

interface PageOf {
  limit: number;
  cursor: string;
  from?: string;
  to?: string;
}

export async function pricesPage(api: Api, symbol: string, page: PageOf, signal: AbortSignal) {
  const { cursor, ...rest } = page;
  const query = cursor ? { ...rest, cursor } : rest;
  return unwrap(
    await api.GET("/stocks/{symbol}/prices", { params: { path: { symbol }, query }, signal }),
  );
}

/** How long a candle lasts. */
export type Interval = NonNullable<
  NonNullable<operations["list_candles"]["parameters"]["query"]>["interval"]
>;

export async function candlesPage(
  api: Api,
  symbol: string,
  page: PageOf & { interval: Interval; volume?: boolean },
  signal: AbortSignal,
) {
  const { cursor, ...rest } = page;
  const query = cursor ? { ...rest, cursor } : rest;
  return unwrap(
    await api.GET("/stocks/{symbol}/candles", { params: { path: { symbol }, query }, signal }),
  );
}

/** What all groups asked to buy of a company, newest first. */
export function tradesQuery(api: Api, symbol: string) {
  return queryOptions({
    queryKey: ["trades", symbol],
    queryFn: async ({ signal }) =>
      unwrap(
        await api.GET("/stocks/{symbol}/activity", {
          params: { path: { symbol }, query: { limit: 8 } },
          signal,
        }),
      ).items,
    refetchInterval: REFRESH_MS,
    staleTime: STALE_MS,
  });
}

/** Whether the exchange speaks to us; public, so it also answers when a session does not. */
export function heartbeatQuery(api: Api) {
  return queryOptions({
    queryKey: ["heartbeat"],
    queryFn: async ({ signal }) => unwrap(await api.GET("/heartbeat", { signal })),
    refetchInterval: REFRESH_MS,
    staleTime: STALE_MS,
  });
}

/** Letters without accents or case, so that 'compania' finds 'Compañía'. */
function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** The companies whose symbol, name or other names hold every word of the query. */
export function search<T extends { symbol: string; name: string }>(
  stocks: T[],
  query: string,
): T[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  return stocks.filter(({ symbol, name }) => {
    const text = folded([symbol, name, ...(ALIASES[symbol] ?? [])].join(" "));
    return words.every((word) => text.includes(word));
  });
}

const ALIASES: Record<string, string[]> = aliases;

export const BOARD_ORDERS = ["symbol", "name", "price", "change"] as const;
export type BoardOrder = (typeof BOARD_ORDERS)[number];

export interface Sorting {
  order: BoardOrder;
  isDescending: boolean;
}

/** By name or number. What is not known comes last either way. */
export function sorted<T extends Sortable>(stocks: readonly T[], sorting: Sorting): T[] {
  const way = sorting.isDescending ? -1 : 1;
  return [...stocks].sort(
    (a, b) => compared(a, b, sorting.order, way) || a.symbol.localeCompare(b.symbol),
  );
}

type Sortable = Pick<Stock, "symbol" | "name" | "price" | "change_percent">;

function compared(a: Sortable, b: Sortable, order: BoardOrder, way: number): number {
  if (order === "symbol" || order === "name") return way * a[order].localeCompare(b[order]);
  // Only compared, never shown: a float is exact enough to say which is larger.
  const key = order === "price" ? "price" : "change_percent";
  const [left, right] = [a[key], b[key]];
  if (left === null || right === null) return Number(left === null) - Number(right === null);
  return way * (Number(left) - Number(right));
}
