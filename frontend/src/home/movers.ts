/** The companies whose price changed most today, up or down. */
import type { Quote } from "../api/board";

/** Largest change first; what did not move, or has no earlier price, is no mover. */
export function topMovers<T extends Pick<Quote, "change_percent" | "symbol">>(
  quotes: readonly T[],
  count: number,
): T[] {
  // Only compared, never shown: floats serve.
  const size = (quote: T) => Math.abs(Number(quote.change_percent ?? 0));
  return quotes
    .filter((quote) => size(quote) > 0)
    .sort((a, b) => size(b) - size(a) || a.symbol.localeCompare(b.symbol))
    .slice(0, count);
}
