/**
 * The only arithmetic of the app: what a purchase will roughly cost, and balances walked backwards.
 * Decimal strings in, decimal strings out, by a decimal library; the same rules as the server's.
 */
import Big from "big.js";

// Enough that cutting a quotient to 6 places is the only rounding.
Big.DP = 40;

const PLACES = 6;
const MONEY_PLACES = 2;

/** Money minus money. */
export function minus(a: string, b: string): string {
  return new Big(a).minus(b).toFixed(MONEY_PLACES);
}

/** Money plus money; null where a part of it is not known. */
export function plus(...amounts: (string | null)[]): string | null {
  if (amounts.some((amount) => amount === null)) return null;
  return amounts.reduce((sum, amount) => sum.plus(amount ?? 0), new Big(0)).toFixed(MONEY_PLACES);
}

/** A change in percent of what there was before it; null where there was nothing. */
export function percentOfBefore(change: string, after: string): string | null {
  const before = new Big(after).minus(change);
  if (before.lte(0)) return null;
  return new Big(change).times(100).div(before).toFixed(2, Big.roundHalfUp);
}

/** Price × quantity, rounded half up to the cent, once. */
export function costOf(price: string, quantity: string): string {
  return new Big(price).times(quantity).toFixed(MONEY_PLACES, Big.roundHalfUp);
}

/** The most shares, in steps of 6 decimals, that cost no more than `amount`. */
export function sharesFor(amount: string, price: string): string {
  return new Big(amount).div(price).round(PLACES, Big.roundDown).toFixed();
}

/** A part of an amount, rounded down to the cent. */
export function percentOf(amount: string, percent: number): string {
  return new Big(amount).times(percent).div(100).toFixed(MONEY_PLACES, Big.roundDown);
}

/** What a price may rise to before the order is refused. */
export function raised(price: string, percent: number): string {
  return new Big(price)
    .times(100 + percent)
    .div(100)
    .round(PLACES, Big.roundHalfUp)
    .toFixed();
}

export function isMore(a: string, b: string): boolean {
  return new Big(a).gt(b);
}

export function isZero(a: string): boolean {
  return new Big(a).eq(0);
}
