/** The account's value over time as lines: cash and shares by name, their sum, and deposits as flags. */
import type { Portfolio } from "../api/account";
import type { PortfolioHistory } from "../api/jobs";
import { dateOf, dayNumber } from "../chart/days";
import type { Drawing, Mark, Slot } from "../chart/drawing";
import { DAY_MS, type Grid, gridOver, HOUR_MS, indexAt } from "../chart/grid";

/** The account at one time; null where a price was not known: a gap, never zero. */
export interface Worth {
  at: number;
  cash: string;
  holdings: string | null;
  total: string | null;
}

export interface ValueLines {
  /** What is shown in each bucket. */
  slots: (Worth | null)[];
  drawing: Drawing;
}

type Known = Pick<PortfolioHistory, "from_at" | "points" | "flows">;
type Now = Pick<Portfolio, "cash" | "value" | "net_worth">;

/** Up to now: the last point is what the headline says, however old the rest is. */
export function valueLines(history: Known, portfolio: Now, now: number, zone: string): ValueLines {
  const worths: Worth[] = history.points.map(({ at, cash, holdings, total }) => {
    return { at: Date.parse(at), cash, holdings, total };
  });
  const last = { cash: portfolio.cash, holdings: portfolio.value, total: portfolio.net_worth };
  const latest = Math.max(now, worths.at(-1)?.at ?? now);
  const stepMs = stepOf(worths.map(({ at }) => at));
  const isDays = stepMs >= DAY_MS;
  // A day's worth is that of its end, which is the next one's beginning.
  const place = (at: number) => (isDays ? dayNumber(dateOf(at - 1, zone)) : at);
  const from = place(worths[0]?.at ?? Date.parse(history.from_at));
  const grid = gridOver(from, place(latest) + 1, stepMs, isDays ? from : 0);
  const slots = new Array<Worth | null>(grid.count).fill(null);
  for (const worth of [...worths, { at: latest, ...last }]) {
    const index = indexAt(grid, place(worth.at));
    if (index !== null) slots[index] = worth;
  }
  const line = (part: "cash" | "holdings" | "total") =>
    slots.map((worth): Slot | null => {
      const value = worth?.[part] ?? null;
      return worth === null || value === null ? null : { at: worth.at, close: value };
    });
  const lines = [
    { shape: "area", colour: "link", slots: line("total") },
    { shape: "line", colour: "series-2", slots: line("holdings") },
    { shape: "steps", colour: "series-3", slots: line("cash") },
  ] as const;
  return { slots, drawing: { grid, lines, marks: flags(history.flows, grid, place) } };
}

/** The distance between most points: an hour, two, a day or several. */
function stepOf(times: readonly number[]): number {
  const gaps = times.slice(1).map((at, index) => at - (times[index] ?? at));
  const middle = gaps.sort((a, b) => a - b)[Math.floor(gaps.length / 2)] ?? HOUR_MS;
  const unit = middle >= DAY_MS * 0.9 ? DAY_MS : HOUR_MS;
  return Math.max(1, Math.round(middle / unit)) * unit;
}

/** One for each bucket in which money came in or went out. */
function flags(flows: Known["flows"], grid: Grid, place: (at: number) => number): Mark[] {
  const byIndex = new Map<number, number>();
  for (const { at, amount } of flows) {
    const index = indexAt(grid, place(Date.parse(at) + 1));
    if (index !== null) byIndex.set(index, (byIndex.get(index) ?? 0) + Number(amount));
  }
  return [...byIndex].map(([index, sum]) => ({
    index,
    colour: "mark",
    shape: sum >= 0 ? ("square" as const) : ("arrowDown" as const),
  }));
}
