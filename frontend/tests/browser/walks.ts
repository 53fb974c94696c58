/**
 * One price at every time for each company of the samples: board, candles, history and sparklines are
 * all read from it, so that what screens say of one price can be compared.
 */
import { boundsOf, dateOf } from "../../src/chart/days.ts";
import { DAY_MS, HOUR_MS, MINUTE_MS } from "../../src/chart/grid.ts";

export const MARKET_ZONE = "America/New_York";
const TICK_MS = 5 * MINUTE_MS;

export interface Walk {
  symbol: string;
  /** When its prices begin and end. */
  from: number;
  until: number;
  at: (time: number) => number;
}

/** Slow and fast waves: the same on every run. */
function wave(time: number, seed: number): number {
  const days = time / DAY_MS;
  return [
    [0.05, 0.021],
    [0.013, 0.19],
    [0.006, 1.13],
    [0.003, 4.7],
    [0.0016, 17.3],
    [0.0009, 61.9],
  ].reduce((sum, [size = 0, pace = 0], place) => {
    return sum + size * Math.sin(2 * Math.PI * pace * days + seed * (place + 1) * 1.7);
  }, 0);
}

/** A walk that is at `price` now, and was at `price − change` when its market day began. */
export function walkOf(
  symbol: string,
  price: number,
  change: number,
  until: number,
  ageMs = 400 * DAY_MS,
): Walk {
  const seed = [...symbol].reduce((sum, letter) => sum + letter.charCodeAt(0), 0);
  const start = boundsOf(dateOf(until, MARKET_ZONE), MARKET_ZONE).from;
  const bend = -change - price * (wave(start, seed) - wave(until, seed));
  const span = Math.max(1, until - start);
  const at = (time: number) => {
    const way = Math.min(1, Math.max(0, (until - time) / span));
    return price + price * (wave(time, seed) - wave(until, seed)) + bend * way;
  };
  return { symbol, from: until - ageMs, until, at };
}

export const decimals = (value: number): string => value.toFixed(value < 1 ? 6 : 2);

/** When the walk was priced between two times, oldest first; the last one is its end. */
export function ticksOf(walk: Walk, from: number, until: number): number[] {
  const times: number[] = [];
  const last = Math.min(walk.until, until);
  const offset = walk.until % TICK_MS;
  const first = Math.max(walk.from, from);
  for (
    let time = Math.ceil((first - offset) / TICK_MS) * TICK_MS + offset;
    time <= last;
    time += TICK_MS
  )
    times.push(time);
  return times;
}

export interface Bar {
  opened_at: string;
  open: string;
  high: string;
  low: string;
  close: string;
  count: number;
  volume: string | null;
  purchases: number | null;
}

const LENGTHS: Record<string, number> = {
  "5m": TICK_MS,
  "30m": 30 * MINUTE_MS,
  "1h": HOUR_MS,
  "2h": 2 * HOUR_MS,
};

/** Candles newest first, as the API gives them: days are the market's. */
export function barsOf(walk: Walk, interval: string, from: number, until: number): Bar[] {
  const length = LENGTHS[interval];
  const openingOf = (time: number) =>
    length
      ? Math.floor(time / length) * length
      : boundsOf(dateOf(time, MARKET_ZONE), MARKET_ZONE).from;
  const bars = new Map<number, number[]>();
  let opening = Number.NaN;
  let closing = Number.NaN;
  for (const time of ticksOf(walk, from, until)) {
    if (!(time >= opening && time < closing)) {
      opening = openingOf(time);
      closing = length ? opening + length : opening + 23 * HOUR_MS;
    }
    bars.set(opening, [...(bars.get(opening) ?? []), walk.at(time)]);
  }
  return [...bars]
    .map(([opened, values]) => ({
      opened_at: new Date(opened).toISOString(),
      open: decimals(values[0] ?? 0),
      high: decimals(Math.max(...values)),
      low: decimals(Math.min(...values)),
      close: decimals(values.at(-1) ?? 0),
      count: values.length,
      volume: String((opened / MINUTE_MS) % 7),
      purchases: 1,
    }))
    .reverse();
}
