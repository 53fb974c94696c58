/** How the account's money is spread over companies and cash: one bar, and its parts in numbers. */
import type { Portfolio } from "../api/account";
import { useLanguage } from "../context";
import { portion } from "../format/numbers";
import { SERIES_FILLS, seriesFor } from "../ui/series";

export interface Part {
  /** Null: cash. */
  symbol: string | null;
  share: string;
}

/** Largest first, cash last; null where a price is missing, since nothing can be a part of an unknown sum. */
export function partsOf(
  portfolio: Pick<Portfolio, "positions" | "cash_allocation">,
): Part[] | null {
  const { positions, cash_allocation } = portfolio;
  if (cash_allocation === null) return null;
  const parts = positions.map(({ symbol, allocation }) => ({ symbol, share: allocation ?? "0" }));
  // Only compared and drawn: floats serve.
  parts.sort((a, b) => Number(b.share) - Number(a.share));
  return [...parts, { symbol: null, share: cash_allocation }];
}

export function Allocation({ portfolio }: { portfolio: Portfolio }) {
  const { t, numbers } = useLanguage();
  const parts = partsOf(portfolio);
  if (!parts) return <p class="text-muted">{t("portfolio.value.partial")}</p>;
  const colours = seriesFor(parts.flatMap(({ symbol }) => symbol ?? []));
  const fill = (symbol: string | null) =>
    symbol === null ? "bg-edge" : SERIES_FILLS[colours.get(symbol) ?? 0];
  return (
    <>
      <div class="mb-4 flex h-3 gap-0.5 overflow-hidden rounded-full" aria-hidden="true">
        {parts.map(({ symbol, share }) => (
          <span key={symbol ?? ""} class={fill(symbol)} style={{ flexGrow: Number(share) }} />
        ))}
      </div>
      <ul data-allocation="">
        {parts.map(({ symbol, share }) => (
          <li key={symbol ?? ""} class="flex min-h-9 items-center gap-3">
            <span class={`size-3 flex-none rounded-full ${fill(symbol)}`} aria-hidden="true" />
            <span class="font-medium">{symbol ?? t("portfolio.cash")}</span>
            <span class="ml-auto tabular-nums">{portion(share, numbers)}</span>
          </li>
        ))}
      </ul>
    </>
  );
}
