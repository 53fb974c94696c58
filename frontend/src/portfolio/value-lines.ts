/** The account's value over time as lines: cash and shares by name, their sum, and deposits as flags. */
import type { Portfolio } from "../api/account";
import { dayNumber } from "../chart/days";
import type { Drawing, Mark, Slot } from "../chart/drawing";
import { DAY_MS, type Grid, gridOver, indexAt } from "../chart/grid";

export interface DayOfAccount {
  /** A market day: '2026-11-25'. */
  day: string;
  cash: string;
  /** Null where a price is not known: a gap, never zero. */
  holdings: string | null;
  total: string | null;
  /** Put in less taken out, until the end of the day. */
  net_deposits?: string;
}

export interface ValueLines {
  days: DayOfAccount[];
  grid: Grid;
  drawing: Drawing;
}

/** The days that were computed, and now: the last point is what the headline says. */
export function withNow(
  days: readonly DayOfAccount[],
  now: Pick<Portfolio, "market_day" | "cash" | "value" | "net_worth">,
  today: string,
): DayOfAccount[] {
  const latest = { day: today, cash: now.cash, holdings: now.value, total: now.net_worth };
  const before = days.filter(({ day }) => day < today);
  const same = days.find(({ day }) => day === today);
  return [...before, { ...(same ?? before.at(-1)), ...latest }];
}

export function valueLines(days: readonly DayOfAccount[]): ValueLines | null {
  const [first, last] = [days[0], days.at(-1)];
  if (!first || !last) return null;
  const grid = gridOver(dayNumber(first.day), dayNumber(last.day) + DAY_MS, DAY_MS);
  const slots = (part: "cash" | "holdings" | "total") => {
    const found: (Slot | null)[] = new Array<null>(grid.count).fill(null);
    for (const day of days) {
      const value = day[part];
      const index = indexAt(grid, dayNumber(day.day));
      if (index !== null && value !== null) found[index] = { at: dayNumber(day.day), close: value };
    }
    return found;
  };
  const lines = [
    { shape: "area", colour: "link", slots: slots("total") },
    { shape: "line", colour: "series-2", slots: slots("holdings") },
    { shape: "steps", colour: "series-3", slots: slots("cash") },
  ] as const;
  return { days: [...days], grid, drawing: { grid, lines, marks: deposits(days, grid) } };
}

/** A flag on each day on which money came in or went out. */
function deposits(days: readonly DayOfAccount[], grid: Grid): Mark[] {
  return days.flatMap((day, place) => {
    const before = place === 0 ? "0" : (days[place - 1]?.net_deposits ?? "0");
    // Only compared: the amounts themselves stand in the table.
    const change = Number(day.net_deposits ?? before) - Number(before);
    const index = indexAt(grid, dayNumber(day.day));
    if (change === 0 || index === null) return [];
    return [{ index, colour: "mark", shape: change > 0 ? "square" : "arrowDown" }];
  });
}
