/** What stands above a company's chart: the bucket that is pointed at, or the latest price of the range. */
import { bucketName, readersZone } from "../chart/clock";
import { type Candle, type Grid, isOfDays, timeAt } from "../chart/grid";
import { useLanguage } from "../context";
import { percent, roundedPrice, signed } from "../format/numbers";
import { differenceOf } from "../money/change";
import { Change } from "../ui/change";

interface ReadoutProps {
  grid: Grid;
  slots: readonly (Candle | null)[];
  index: number | null;
  /** What the difference is counted from, and its name. */
  base: { price: string; name: string };
  currency: string;
  volume: number | null;
}

export function Readout({ grid, slots, index, base, currency, volume }: ReadoutProps) {
  const { t, locale, numbers } = useLanguage();
  const at = index ?? slots.findLastIndex((slot) => slot !== null);
  const slot = slots[at] ?? null;
  const zone = isOfDays(grid) ? "UTC" : readersZone();
  const when = bucketName(timeAt(grid, at), grid.stepMs, locale, zone);
  if (!slot) {
    return (
      <p>
        {when} · {t("chart.noPrice")}
      </p>
    );
  }
  const price = (value: string) => roundedPrice(value, currency, numbers);
  const { amount, percent: part } = differenceOf(base.price, slot.close);
  return (
    <>
      <p class="flex flex-wrap gap-x-3 whitespace-nowrap">
        <span>{when}</span>
        <span>
          <Change change={amount} unknown="">
            {signed(amount, base.price, numbers)} ({percent(part, numbers)})
          </Change>{" "}
          <span class="max-sm:hidden">{base.name}</span>
        </span>
      </p>
      <p class="flex flex-wrap gap-x-3 whitespace-nowrap">
        <Value name={t("chart.open")} value={price(slot.open)} />
        <Value name={t("chart.high")} value={price(slot.high)} />
        <Value name={t("chart.low")} value={price(slot.low)} />
        <Value name={t("chart.close")} value={price(slot.close)} />
        {volume !== null && volume > 0 && (
          <span class="max-sm:hidden">
            <Value name={t("chart.volume")} value={count(volume, numbers)} />
          </span>
        )}
      </p>
    </>
  );
}

function Value({ name, value }: { name: string; value: string }) {
  return (
    <span>
      {name} <span class="font-medium text-ink">{value}</span>
    </span>
  );
}

function count(value: number, locale: string): string {
  return new Intl.NumberFormat(locale, { maximumFractionDigits: 2 }).format(value);
}
