/** A company's symbol as a badge: the same shape and colour wherever a company is named. */
import { SERIES_TINTS, seriesOf } from "./series";

export function Ticker({ symbol, class: extra = "" }: { symbol: string; class?: string }) {
  return (
    <span
      class={`grid h-8 w-14 flex-none place-items-center overflow-hidden rounded-small text-[0.75rem] font-bold tracking-wide text-ink ${SERIES_TINTS[seriesOf(symbol)]} ${extra}`}
    >
      {symbol}
    </span>
  );
}
