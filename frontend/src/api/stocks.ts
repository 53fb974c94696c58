/** The board: every company with its latest price. */
import { queryOptions } from "@tanstack/preact-query";
import { type Api, unwrap } from "./client";
import type { components } from "./schema";

export type Stock = components["schemas"]["Stock"];

// Prices come about every five minutes; this is how late the board may notice.
const REFRESH_MS = 20_000;
// Young enough to be shown to another screen, or on coming back to the tab, without asking again.
const STALE_MS = 5_000;

export function stocksQuery(api: Api) {
  return queryOptions({
    queryKey: ["stocks"],
    queryFn: async ({ signal }) => unwrap(await api.GET("/stocks", { signal })).items,
    refetchInterval: REFRESH_MS,
    staleTime: STALE_MS,
  });
}

/** Letters without accents or case, so that 'compania' finds 'Compañía'. */
function folded(text: string): string {
  return text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
}

/** The companies whose symbol or name holds every word of the query. */
export function search<T extends { symbol: string; name: string }>(
  stocks: T[],
  query: string,
): T[] {
  const words = folded(query).split(/\s+/).filter(Boolean);
  return stocks.filter(({ symbol, name }) => {
    const text = folded(`${symbol} ${name}`);
    return words.every((word) => text.includes(word));
  });
}
