/** Market days: the exchange's calendar, in its own zone, whatever the reader's. */
import { dayStart } from "./clock.ts";
import { DAY_MS } from "./grid.ts";

/** Where a stage does not say. */
export const DEFAULT_MARKET_ZONE = "America/New_York";

/** When a market day, '2026-11-25', begins and ends; one of a clock change is an hour off. */
export function boundsOf(day: string, zone: string): { from: number; until: number } {
  const noon = Date.parse(`${day}T12:00:00Z`);
  // Noon UTC lies on the same date nearly everywhere; further off, the nearer candidate does.
  const near = [0, -DAY_MS / 2, DAY_MS / 2].map((shift) => dayStart(noon + shift, zone));
  const from = near.find((start) => dateOf(start, zone) === day) ?? near[0] ?? noon;
  return { from, until: dayStart(from + 1.5 * DAY_MS, zone) };
}

/** The date of a time in a zone, as the API writes days. */
export function dateOf(at: number, zone: string): string {
  return new Intl.DateTimeFormat("en-CA", {
    timeZone: zone,
    year: "numeric",
    month: "2-digit",
    day: "2-digit",
  }).format(at);
}

/** A market day as the midnight UTC of its date: what grids of days are made of. */
export const dayNumber = (day: string): number => Date.parse(`${day}T00:00:00Z`);
