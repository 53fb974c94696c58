/** How old something is, in words; and when it was, exactly. */
import type { Locale } from "../i18n/locale";
import { UNKNOWN } from "./numbers";

const MINUTE_S = 60;
const HOUR_S = 3600;
const DAY_S = 86_400;

/** As old as the age at which the API refuses an order for the price's age. */
export const STALE_AFTER_S = HOUR_S;

// Making a formatter costs far more than using one, and a board has many ages.
const made = new Map<string, unknown>();

function once<T>(key: string, make: () => T): T {
  if (!made.has(key)) made.set(key, make());
  return made.get(key) as T;
}

/** Seconds since a time; never negative (clocks differ), NaN for what is no time. */
export function ageInSeconds(at: string, nowMs: number): number {
  return Math.max(0, (nowMs - Date.parse(at)) / 1000);
}

/** 'hace 3 minutos'; seconds are too fine to be worth a change every second. */
export function age(at: string | null | undefined, nowMs: number, locale: Locale): string {
  const seconds = at ? ageInSeconds(at, nowMs) : Number.NaN;
  if (Number.isNaN(seconds)) return UNKNOWN;
  const words = once(
    `age ${locale}`,
    () => new Intl.RelativeTimeFormat(locale, { numeric: "auto", style: "short" }),
  );
  if (seconds < MINUTE_S) return words.format(0, "second");
  if (seconds < HOUR_S) return words.format(-Math.floor(seconds / MINUTE_S), "minute");
  if (seconds < DAY_S) return words.format(-Math.floor(seconds / HOUR_S), "hour");
  return words.format(-Math.floor(seconds / DAY_S), "day");
}

/** Date and time in the reader's own zone; a day of UTC, which has no time, as that day. */
export function moment(at: string, locale: Locale): string {
  const time = new Date(at);
  if (Number.isNaN(time.getTime())) return UNKNOWN;
  const isDay = !at.includes("T");
  const words = once(
    `moment ${locale} ${isDay}`,
    () =>
      new Intl.DateTimeFormat(locale, {
        dateStyle: "medium",
        ...(isDay ? { timeZone: "UTC" } : { timeStyle: "medium" }),
        // Chile writes 15:04 in anything that is read twice; its locale says '3:04 p. m.'.
        ...(locale === "es-CL" && !isDay ? { hourCycle: "h23" } : {}),
      }),
  );
  return words.format(time);
}

/** The newest of some times, as it came; null of none. */
export function newest(times: string[]): string | null {
  return times.reduce<string | null>(
    (best, at) => (best === null || Date.parse(at) > Date.parse(best) ? at : best),
    null,
  );
}
