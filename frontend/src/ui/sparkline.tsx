/** A price's way through the market day as a line without axes: a glance, told in words beside it. */

const WIDTH = 88;
const HEIGHT = 28;
const EDGE = 2;

export interface TrendPoint {
  at: string;
  price: string;
}

export interface Way {
  /** The line, as an SVG path. */
  line: string;
  /** How high the previous close lies; null where none is known. */
  base: number | null;
}

/**
 * From the previous close, where the day began, to the latest price: the very span of the change beside
 * it. Times are as far apart as they were. Floats serve, since only pixels come of them.
 */
export function wayOf(trend: readonly TrendPoint[], previousClose: string | null): Way | null {
  const points = trend.map(({ at, price }) => ({ at: Date.parse(at), value: Number(price) }));
  const [first, last] = [points[0], points.at(-1)];
  if (!first || !last) return null;
  const base = previousClose === null ? null : Number(previousClose);
  const span = last.at - first.at;
  const lead = Math.max(span * 0.04, 1);
  const all = base === null ? points : [{ at: first.at - lead, value: base }, ...points];
  if (all.length < 2) return null;
  const values = all.map(({ value }) => value);
  const [low, high] = [Math.min(...values), Math.max(...values)];
  const start = all[0]?.at ?? 0;
  const x = (at: number) => EDGE + ((at - start) / (last.at - start || 1)) * (WIDTH - 2 * EDGE);
  const y = (value: number) =>
    high === low
      ? HEIGHT / 2
      : HEIGHT - EDGE - ((value - low) / (high - low)) * (HEIGHT - 2 * EDGE);
  const line = all
    .map(({ at, value }, index) => `${index ? "L" : "M"}${x(at).toFixed(1)} ${y(value).toFixed(1)}`)
    .join("");
  return { line, base: base === null ? null : y(base) };
}

interface SparklineProps {
  trend: readonly TrendPoint[];
  previousClose: string | null;
  class: string;
}

export function Sparkline({ trend, previousClose, class: colour }: SparklineProps) {
  const way = wayOf(trend, previousClose);
  if (!way) return null;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      class={`ml-auto h-7 w-22 ${colour}`}
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      {way.base !== null && (
        <path
          class="stroke-edge"
          stroke-width="1"
          stroke-dasharray="2 3"
          d={`M0 ${way.base.toFixed(1)}H${WIDTH}`}
        />
      )}
      <path d={way.line} />
    </svg>
  );
}
