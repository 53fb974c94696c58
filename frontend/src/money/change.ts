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

/** A part of 1 in percent; null stays null. */
export function times100(part: string | null): string | null {
  return part === null ? null : new Big(part).times(100).toFixed();
}
