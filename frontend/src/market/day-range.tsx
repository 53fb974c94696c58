/** Where a price lies between the lowest and the highest of its market day. */
import type { Stock } from "../api/stocks";
import { useLanguage } from "../context";
import { roundedPrice } from "../format/numbers";

type Ranged = Pick<Stock, "low" | "high" | "price" | "currency">;

/** 0 at the lowest, 1 at the highest; in the middle where there is no difference. Only drawn. */
export function positionIn({ low, high, price }: Omit<Ranged, "currency">): number {
  const span = Number(high) - Number(low);
  if (!(span > 0)) return 0.5;
  return Math.min(1, Math.max(0, (Number(price) - Number(low)) / span));
}

export function DayRange({ stock, isNamed = false }: { stock: Ranged; isNamed?: boolean }) {
  const { t, numbers } = useLanguage();
  const [low, high] = [stock.low, stock.high].map((price) =>
    roundedPrice(price, stock.currency, numbers),
  );
  const words = t("market.dayRange.words", { low: low ?? "", high: high ?? "" });
  const left = `${(positionIn(stock) * 100).toFixed(1)}%`;
  return (
    <div title={words}>
      <span class="sr-only">{words}</span>
      <div class="relative h-1 rounded-full bg-line" aria-hidden="true">
        <span
          class="absolute -top-0.75 size-2.5 -translate-x-1/2 rounded-full border-2 border-surface bg-ink"
          style={{ left }}
        />
      </div>
      {isNamed && (
        <div
          class="mt-1.5 flex justify-between text-small text-muted tabular-nums"
          aria-hidden="true"
        >
          <span>{low}</span>
          <span>{high}</span>
        </div>
      )}
    </div>
  );
}
