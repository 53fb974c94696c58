/** How the value is spread over companies: one bar, and its parts in numbers. */
import type { Holding } from "../api/account";
import { useLanguage } from "../context";
import { portion } from "../format/numbers";
import { SERIES_FILLS, seriesFor } from "../ui/series";

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
  const colours = seriesFor(parts.map(({ symbol }) => symbol));
  const colour = (symbol: string) => SERIES_FILLS[colours.get(symbol) ?? 0];
  if (parts.length === 0) return <p class="text-muted">{t("portfolio.value.partial")}</p>;
  return (
    <>
      <div class="mb-4 flex h-3 gap-0.5 overflow-hidden rounded-full" aria-hidden="true">
        {parts.map((position) => (
          <span
            key={position.symbol}
            class={colour(position.symbol)}
            style={{ flexGrow: Number(position.allocation) }}
          />
        ))}
      </div>
      <ul>
        {parts.map((position) => (
          <li key={position.symbol} class="flex min-h-9 items-center gap-3">
            <span
              class={`size-3 flex-none rounded-full ${colour(position.symbol)}`}
              aria-hidden="true"
            />
            <span class="font-medium">{position.symbol}</span>
            <span class="ml-auto tabular-nums">{portion(position.allocation, numbers)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
