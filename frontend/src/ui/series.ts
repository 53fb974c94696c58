/**
 * Ten colours by which companies are told apart, in both themes and by colour-blind readers. A colour is
 * never alone: a symbol stands beside it.
 */

// Whole names, so that Tailwind finds them.
export const SERIES_FILLS = [
  "bg-series-1",
  "bg-series-2",
  "bg-series-3",
  "bg-series-4",
  "bg-series-5",
  "bg-series-6",
  "bg-series-7",
  "bg-series-8",
  "bg-series-9",
  "bg-series-10",
] as const;

/** The same, faint: a ground for ink. */
export const SERIES_TINTS = [
  "bg-series-1/20",
  "bg-series-2/20",
  "bg-series-3/20",
  "bg-series-4/20",
  "bg-series-5/20",
  "bg-series-6/20",
  "bg-series-7/20",
  "bg-series-8/20",
  "bg-series-9/20",
  "bg-series-10/20",
] as const;

const COUNT = SERIES_FILLS.length;

/** The colour that a symbol has by itself, 0 to 9: the same on every screen and every day. */
export function seriesOf(symbol: string): number {
  // FNV-1a, 32 bits.
  let hash = 0x811c9dc5;
  for (const letter of symbol) hash = Math.imul(hash ^ (letter.codePointAt(0) ?? 0), 0x01000193);
  return (hash >>> 0) % COUNT;
}

/** Colours of symbols that stand side by side: each its own as long as it is free, none twice among ten. */
export function seriesFor(symbols: readonly string[]): Map<string, number> {
  const found = new Map<string, number>();
  for (const symbol of [...symbols].sort()) {
    const taken = new Set(found.values());
    let index = seriesOf(symbol);
    for (let step = 0; step < COUNT && taken.has(index); step += 1) index = (index + 1) % COUNT;
    found.set(symbol, index);
  }
  return found;
}

/** The custom property of a colour, for what is drawn by a style or on a canvas. */
export function seriesVariable(index: number): string {
  return `--color-series-${index + 1}`;
}
