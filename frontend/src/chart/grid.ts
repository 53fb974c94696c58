/**
 * The time axis of a chart as evenly spaced buckets: the library spaces its points evenly, so only a
 * grid without holes makes equal times equal widths. A bucket without prices is a gap.
 */

export const MINUTE_MS = 60_000;
export const HOUR_MS = 60 * MINUTE_MS;
export const DAY_MS = 24 * HOUR_MS;

export const BUCKETS_MS = [5 * MINUTE_MS, 30 * MINUTE_MS, 2 * HOUR_MS, DAY_MS] as const;

export const RANGES = ["1D", "1W", "1M", "3M", "1Y", "All"] as const;
export type Range = (typeof RANGES)[number];

/** Prices come about every five minutes: only this long without one is a gap, however short a bucket. */
const USUAL_SILENCE_MS = 15 * MINUTE_MS;
const MOST_POINTS = 400;

export interface Candle {
  /** When its bucket starts. */
  at: number;
  open: string;
  high: string;
  low: string;
  close: string;
  /** Shares that all groups bought; null where that is not known. */
  volume?: string | null;
}

/** Times from `from` on, `stepMs` apart. Of days each is midnight UTC of the calendar day that it names. */
export interface Grid {
  from: number;
  stepMs: number;
  count: number;
}

export const isOfDays = (grid: Grid): boolean => grid.stepMs >= DAY_MS;
export const timeAt = (grid: Grid, index: number): number => grid.from + index * grid.stepMs;
export const endOf = (grid: Grid): number => timeAt(grid, grid.count);

/** Which bucket a time falls into; null outside the grid. */
export function indexAt(grid: Grid, at: number): number | null {
  const index = Math.floor((at - grid.from) / grid.stepMs);
  return index >= 0 && index < grid.count ? index : null;
}

/** Buckets begin a whole number of steps from `anchor`: the market's midnight, with which its candles do. */
const floorTo = (at: number, stepMs: number, anchor: number) =>
  Math.floor((at - anchor) / stepMs) * stepMs + anchor;

/** The grid whose buckets cover `from` to `until`, the last one included. */
export function gridOver(from: number, until: number, stepMs: number, anchor = 0): Grid {
  const start = floorTo(from, stepMs, anchor);
  return { from: start, stepMs, count: Math.max(1, Math.ceil((until - start) / stepMs)) };
}

/** The finest bucket of which at most 400 fill the span; whole numbers of days beyond the coarsest. */
export function bucketFor(spanMs: number): number {
  const found = BUCKETS_MS.find((bucket) => spanMs / bucket <= MOST_POINTS);
  return found ?? DAY_MS * Math.ceil(spanMs / DAY_MS / MOST_POINTS);
}

/** A calendar day of a time zone as midnight UTC of the same date: what grids of days are made of. */
export function calendarDay(at: number, zone: string): number {
  const parts = dateFormat(zone).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  return Date.UTC(part("year"), part("month") - 1, part("day"));
}

const dateFormats = new Map<string, Intl.DateTimeFormat>();

function dateFormat(zone: string): Intl.DateTimeFormat {
  let found = dateFormats.get(zone);
  if (!found) {
    found = new Intl.DateTimeFormat("en-US", {
      timeZone: zone,
      calendar: "gregory",
      year: "numeric",
      month: "numeric",
      day: "numeric",
    });
    dateFormats.set(zone, found);
  }
  return found;
}

/** The same day some months earlier; the month's last day where that month is shorter. */
export function monthsBefore(day: number, months: number): number {
  const date = new Date(day);
  const first = new Date(Date.UTC(date.getUTCFullYear(), date.getUTCMonth() - months, 1));
  const length = new Date(Date.UTC(first.getUTCFullYear(), first.getUTCMonth() + 1, 0));
  return first.setUTCDate(Math.min(date.getUTCDate(), length.getUTCDate()));
}

/** Candles put together into those of a coarser step, oldest first. */
export function merged(candles: readonly Candle[], stepMs: number, anchor = 0): Candle[] {
  const byBucket = new Map<number, Candle>();
  for (const candle of [...candles].sort((a, b) => a.at - b.at)) {
    const at = floorTo(candle.at, stepMs, anchor);
    const before = byBucket.get(at);
    byBucket.set(at, before ? joined(before, candle) : { ...candle, at });
  }
  return [...byBucket.values()];
}

// Only compared: the texts themselves are kept.
function joined(before: Candle, after: Candle): Candle {
  return {
    at: before.at,
    open: before.open,
    high: Number(after.high) > Number(before.high) ? after.high : before.high,
    low: Number(after.low) < Number(before.low) ? after.low : before.low,
    close: after.close,
    ...(before.volume === undefined ? {} : { volume: both(before.volume, after.volume) }),
  };
}

/** A newest price that comes by itself has no volume of its own: that of its bucket stays. */
function both(before: string | null, after: string | null | undefined): string | null {
  if (before === null || after === undefined) return before;
  return after === null ? null : String(Number(before) + Number(after));
}

/** For each bucket its candle, or null. */
export function placed<T extends { at: number }>(grid: Grid, items: readonly T[]): (T | null)[] {
  const slots = new Array<T | null>(grid.count).fill(null);
  for (const item of items) {
    const index = indexAt(grid, item.at);
    if (index !== null) slots[index] = item;
  }
  return slots;
}

/** The buckets after which a line must break: what follows comes too long afterwards. */
export function breaks(grid: Grid, slots: readonly unknown[]): ReadonlySet<number> {
  const found = new Set<number>();
  let last: number | null = null;
  slots.forEach((slot, index) => {
    if (slot === null) return;
    const silence = last === null ? 0 : (index - last - 1) * grid.stepMs;
    if (last !== null && silence >= Math.max(grid.stepMs, USUAL_SILENCE_MS)) found.add(last);
    last = index;
  });
  return found;
}
