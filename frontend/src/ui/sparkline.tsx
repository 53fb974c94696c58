/** A price's latest way as a line without axes: a glance, told in words by the change beside it. */

const WIDTH = 72;
const HEIGHT = 24;
const EDGE = 2;

type Trend = { at: string; price: string }[];

/** The line's points over time; floats serve, since only pixels come of them. */
export function pathOf(trend: Trend): string {
  const values = trend.map((point) => Number(point.price));
  const times = trend.map((point) => Date.parse(point.at));
  const start = times[0] ?? 0;
  const length = (times.at(-1) ?? 0) - start || 1;
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  return values
    .map((value, index) => {
      const x = EDGE + (((times[index] ?? 0) - start) / length) * (WIDTH - 2 * EDGE);
      const y = HEIGHT - EDGE - ((value - low) / span) * (HEIGHT - 2 * EDGE);
      return `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}

export function Sparkline({ trend, class: colour }: { trend: Trend; class: string }) {
  if (trend.length < 2) return null;
  return (
    <svg
      viewBox={`0 0 ${WIDTH} ${HEIGHT}`}
      class={`ml-auto h-6 w-18 ${colour}`}
      fill="none"
      stroke="currentColor"
      stroke-width="1.5"
      stroke-linejoin="round"
      aria-hidden="true"
      focusable="false"
    >
      <path d={pathOf(trend)} />
    </svg>
  );
}
