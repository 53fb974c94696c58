/** How the value is spread over companies: one bar, and its parts in numbers. */
import type { Holding } from "../api/account";
import { useLanguage } from "../context";
import { portion } from "../format/numbers";

const COLOURS = ["bg-part-1", "bg-part-2", "bg-part-3", "bg-part-4", "bg-part-5", "bg-part-6"];

/** Largest first; what has no price has no part. */
export function byPart(positions: Holding[]): Holding[] {
  // Only compared and drawn, never shown: floats serve.
  return positions
    .filter((position) => position.allocation !== null)
    .sort((a, b) => Number(b.allocation) - Number(a.allocation));
}

export function Allocation({ positions }: { positions: Holding[] }) {
  const { t, numbers } = useLanguage();
  const parts = byPart(positions);
  const colour = (index: number) => COLOURS[Math.min(index, COLOURS.length - 1)];
  if (parts.length === 0) return <p class="text-muted">{t("portfolio.value.partial")}</p>;
  return (
    <>
      <div class="mb-4 flex h-3 gap-0.5 overflow-hidden rounded-full" aria-hidden="true">
        {parts.map((position, index) => (
          <span
            key={position.symbol}
            class={colour(index)}
            style={{ flexGrow: Number(position.allocation) }}
          />
        ))}
      </div>
      <ul>
        {parts.map((position, index) => (
          <li key={position.symbol} class="flex min-h-9 items-center gap-3">
            <span class={`size-3 flex-none rounded-full ${colour(index)}`} aria-hidden="true" />
            <span class="font-medium">{position.symbol}</span>
            <span class="ml-auto tabular-nums">{portion(position.allocation, numbers)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
