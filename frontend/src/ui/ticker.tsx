/** A company's symbol as a badge: the same shape wherever a company is named. */

export function Ticker({ symbol, class: extra = "" }: { symbol: string; class?: string }) {
  return (
    <span
      class={`grid h-9 w-15 flex-none place-items-center overflow-hidden rounded-small bg-calm text-small font-bold tracking-wide text-link ${extra}`}
    >
      {symbol}
    </span>
  );
}
