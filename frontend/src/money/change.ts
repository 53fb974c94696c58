/** Differences between prices, as text: for readouts under a cursor. */
import Big from "big.js";

export interface Difference {
  amount: string;
  /** In percent of the first; null where that is zero. */
  percent: string | null;
}

export function differenceOf(from: string, to: string): Difference {
  const amount = new Big(to).minus(from);
  const base = new Big(from).abs();
  return {
    amount: amount.toFixed(),
    percent: base.eq(0) ? null : amount.div(base).times(100).toFixed(2, Big.roundHalfUp),
  };
}

export function plus(a: string, b: string): string {
  return new Big(a).plus(b).toFixed();
}
