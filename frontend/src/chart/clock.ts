/**
 * Times of the axis as the reader's own clock says them, daylight saving included. The times themselves
 * stay UTC; the library would choose and write its marks by UTC.
 */
import { DAY_MS, HOUR_MS, MINUTE_MS } from "./grid.ts";

/** How much a mark matters: the library's own scale, from which it chooses what fits. */
export const WEIGHTS = {
  minute: 20,
  halfHour: 22,
  hour: 30,
  threeHours: 31,
  sixHours: 32,
  twelveHours: 33,
  day: 50,
  month: 60,
  year: 70,
} as const;

interface Reading {
  year: number;
  month: number;
  day: number;
  hour: number;
  minute: number;
}

const formats = new Map<string, Intl.DateTimeFormat>();

function format(locale: string, options: Intl.DateTimeFormatOptions): Intl.DateTimeFormat {
  const key = locale + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.DateTimeFormat(locale, options);
    formats.set(key, found);
  }
  return found;
}

/** What a clock and a calendar in the zone show at a time. */
export function reading(at: number, zone: string): Reading {
  const parts = format("en-US", {
    timeZone: zone,
    calendar: "gregory",
    hourCycle: "h23",
    year: "numeric",
    month: "numeric",
    day: "numeric",
    hour: "numeric",
    minute: "numeric",
  }).formatToParts(at);
  const part = (type: string) => Number(parts.find((one) => one.type === type)?.value);
  return {
    year: part("year"),
    month: part("month"),
    day: part("day"),
    hour: part("hour"),
    minute: part("minute"),
  };
}

/** The weight of a mark at `at`, which follows one at `before`: the largest unit that has turned over. */
export function weightOf(before: number | null, at: number, zone: string): number {
  const now = reading(at, zone);
  const then = before === null ? null : reading(before, zone);
  if (!then) return WEIGHTS.minute;
  if (now.year !== then.year) return WEIGHTS.year;
  if (now.month !== then.month) return WEIGHTS.month;
  if (now.day !== then.day) return WEIGHTS.day;
  // By the clock rather than by the time between: an hour that comes twice is marked as one.
  const turned = (hours: number) => Math.floor(now.hour / hours) !== Math.floor(then.hour / hours);
  if (turned(12)) return WEIGHTS.twelveHours;
  if (turned(6)) return WEIGHTS.sixHours;
  if (turned(3)) return WEIGHTS.threeHours;
  if (turned(1)) return WEIGHTS.hour;
  return Math.floor(now.minute / 30) === Math.floor(then.minute / 30)
    ? WEIGHTS.minute
    : WEIGHTS.halfHour;
}

/** A mark of the axis: the year or month where one begins, else the day, else the time. */
export function markOf(at: number, weight: number, locale: string, zone: string): string {
  if (weight >= WEIGHTS.year) return format(locale, { timeZone: zone, year: "numeric" }).format(at);
  if (weight >= WEIGHTS.month) return format(locale, { timeZone: zone, month: "short" }).format(at);
  if (weight >= WEIGHTS.day)
    return format(locale, { timeZone: zone, day: "numeric", month: "short" }).format(at);
  return timeOf(at, locale, zone);
}

function timeOf(at: number, locale: string, zone: string): string {
  const cycle = locale.startsWith("es") ? ({ hourCycle: "h23" } as const) : {};
  return format(locale, {
    timeZone: zone,
    hour: "numeric",
    minute: "2-digit",
    ...cycle,
  }).format(at);
}

/** A bucket as a reader names it: its day, and within a day its time. */
export function bucketName(at: number, stepMs: number, locale: string, zone: string): string {
  const day = format(locale, {
    timeZone: zone,
    weekday: "short",
    day: "numeric",
    month: "short",
    ...(stepMs >= DAY_MS ? { year: "numeric" } : {}),
  }).format(at);
  if (stepMs >= DAY_MS) return day;
  const until = stepMs > MINUTE_MS ? `–${timeOf(at + stepMs, locale, zone)}` : "";
  return `${day}, ${timeOf(at, locale, zone)}${until}`;
}

/** The zone that this browser's clock shows. */
export const readersZone = (): string => Intl.DateTimeFormat().resolvedOptions().timeZone;

/** How far a zone is ahead of UTC at a time. */
export function offsetMs(at: number, zone: string): number {
  const { year, month, day, hour, minute } = reading(at, zone);
  const whole = Math.floor(at / MINUTE_MS) * MINUTE_MS;
  return Date.UTC(year, month - 1, day, hour, minute) - whole;
}

/** When the calendar day of a zone begins, in UTC; a day that begins late, after a clock change, too. */
export function dayStart(at: number, zone: string): number {
  const { year, month, day } = reading(at, zone);
  const midnight = Date.UTC(year, month - 1, day);
  const guesses = [offsetMs(midnight - DAY_MS, zone), offsetMs(midnight + DAY_MS, zone)]
    .map((offset) => midnight - offset)
    .sort((a, b) => a - b);
  const isIn = (time: number) => reading(time, zone).day === day;
  return guesses.find(isIn) ?? midnight - offsetMs(midnight + HOUR_MS, zone);
}
