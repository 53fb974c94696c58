/** The public board: the file at the edge that the front page shows, for which nobody signs in. */
import { queryOptions } from "@tanstack/preact-query";
import type { Stock } from "./stocks";

const REFRESH_MS = 20_000;

/** As much of a company as is public. */
export type Quote = Pick<
  Stock,
  "symbol" | "name" | "price" | "currency" | "change" | "change_percent" | "observed_at"
>;

/** Null while the stage has not published any: the file is missing, or the site answers with its page. */
export function publicBoardQuery() {
  return queryOptions({
    queryKey: ["public-board"],
    queryFn: async ({ signal }) => {
      const response = await fetch("/data/board.json", { signal });
      const isJson = response.headers.get("Content-Type")?.includes("json");
      return response.ok && isJson ? readBoard(await response.json()) : null;
    },
    refetchInterval: REFRESH_MS,
  });
}

export function readBoard(value: unknown): Quote[] | null {
  const items = (value as { items?: unknown } | null)?.items;
  if (!Array.isArray(items)) return null;
  return items.filter(isQuote);
}

const TEXTS = ["symbol", "name", "price", "currency", "observed_at"] as const;

function isQuote(item: unknown): item is Quote {
  const quote = item as Record<string, unknown> | null;
  return TEXTS.every((name) => typeof quote?.[name] === "string");
}
