/** A projection as one chart: the prices that were, the trend through them, and its fan ahead. */
import type { Projection } from "../api/jobs";
import type { Drawing, Slot } from "../chart/drawing";
import {
  type Candle,
  DAY_MS,
  type Grid,
  gridOver,
  HOUR_MS,
  indexAt,
  merged,
  placed,
} from "../chart/grid";

const MOST_POINTS = 400;

/** The finest buckets for which there are candles and room: hours, else days. */
export function fanGrid(found: Pick<Projection, "from_at" | "target_at">): Grid {
  const [from, until] = [Date.parse(found.from_at), Date.parse(found.target_at)];
  const steps = [HOUR_MS, 2 * HOUR_MS, 6 * HOUR_MS];
  const stepMs = steps.find((step) => (until - from) / step <= MOST_POINTS) ?? DAY_MS;
  return gridOver(from, until + stepMs, stepMs);
}

/** No price lies below zero: what a line says there is not drawn. */
const atLeastZero = (price: string | null) =>
  price === null ? null : Number(price) < 0 ? "0" : price;

/** The line's points as one value for each bucket between them: straight from one to the next. */
function spread(grid: Grid, points: readonly { at: string; price: string | null }[]) {
  const known = points.flatMap(({ at, price }) =>
    price === null ? [] : [{ at: Date.parse(at), value: Number(price) }],
  );
  const slots = new Array<number | null>(grid.count).fill(null);
  for (let index = 0; index < grid.count; index += 1) {
    const time = grid.from + index * grid.stepMs;
    const next = known.findIndex(({ at }) => at >= time);
    const [before, after] = [known[next - 1], known[next]];
    if (after && after.at - time < grid.stepMs && next === 0) slots[index] = after.value;
    else if (before && after)
      slots[index] =
        before.value + ((after.value - before.value) * (time - before.at)) / (after.at - before.at);
  }
  return slots;
}

export interface Fan {
  drawing: Drawing;
  prices: (Candle | null)[];
  /** Some of the trend or its band lies where no price can. */
  isCutAtZero: boolean;
}

export function fanOf(found: Projection, candles: readonly Candle[]): Fan {
  const grid = fanGrid(found);
  const prices = placed(grid, merged(candles, grid.stepMs));
  const asked = indexAt(grid, Date.parse(found.asked_at)) ?? grid.count;
  const edge = (side: "low" | "high") =>
    spread(
      grid,
      found.chart.map((point) => ({ at: point.at, price: atLeastZero(point[side]) })),
    ).map((value, index) => (value === null || index < asked ? null : String(value)));
  const trend = spread(
    grid,
    found.chart.map(({ at, price }) => ({ at, price })),
  ).map((value, index): Slot | null =>
    value === null || value < 0
      ? null
      : { at: grid.from + index * grid.stepMs, close: String(value) },
  );
  return {
    prices,
    isCutAtZero: found.chart.some(({ price, low }) => Number(price) < 0 || Number(low ?? 0) < 0),
    drawing: {
      grid,
      lines: [
        { shape: "line", colour: "ink", slots: prices },
        { shape: "dashed", colour: "link", slots: trend },
      ],
      band: { low: edge("low"), high: edge("high") },
    },
  };
}
