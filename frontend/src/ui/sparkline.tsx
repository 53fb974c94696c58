/** A price's latest way as a line without axes: a glance, told in words by the change beside it. */

const WIDTH = 72;
const HEIGHT = 24;
const EDGE = 2;

/** The line's points; floats serve, since only pixels come of them. */
export function pathOf(trend: string[]): string {
  const values = trend.map(Number);
  const low = Math.min(...values);
  const span = Math.max(...values) - low || 1;
  const step = (WIDTH - 2 * EDGE) / Math.max(1, values.length - 1);
  return values
    .map((value, index) => {
      const x = EDGE + index * step;
      const y = HEIGHT - EDGE - ((value - low) / span) * (HEIGHT - 2 * EDGE);
      return `${index ? "L" : "M"}${x.toFixed(1)} ${y.toFixed(1)}`;
    })
    .join("");
}

export function Sparkline({ trend, class: colour }: { trend: string[]; class: string }) {
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
