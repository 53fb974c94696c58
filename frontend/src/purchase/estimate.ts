/** What a purchase will roughly be: how many shares, for how much, and what is left. */
import { costOf, isMore, isZero, minus, sharesFor } from "../money/decimals";
import { type EntryFault, readEntry } from "../money/entry";

export type Unit = "amount" | "shares";
export type TicketFault = EntryFault | "too_small" | "insufficient" | "too_many";

export interface Estimate {
  /** What was typed, as a decimal string. */
  value: string;
  quantity: string;
  cost: string;
  /** Available afterwards; null when the wallet is not known. */
  left: string | null;
}

export type Estimated =
  | { estimate: Estimate; fault: null }
  | { estimate: Estimate | null; fault: TicketFault };

const PLACES: Record<Unit, number> = { amount: 2, shares: 6 };

export function estimate(
  text: string,
  unit: Unit,
  price: string,
  available: string | null,
  maxQuantity: string | null,
  locale: string,
): Estimated {
  const entry = readEntry(text, PLACES[unit], locale);
  if (entry.value === null) return { estimate: null, fault: entry.fault };
  const quantity = unit === "amount" ? sharesFor(entry.value, price) : entry.value;
  const cost = costOf(price, quantity);
  if (isZero(quantity) || isZero(cost)) return { estimate: null, fault: "too_small" };
  if (maxQuantity !== null && isMore(quantity, maxQuantity))
    return { estimate: null, fault: "too_many" };
  const isShort = available !== null && isMore(cost, available);
  const left = available === null || isShort ? null : minus(available, cost);
  const found = { value: entry.value, quantity, cost, left };
  return isShort ? { estimate: found, fault: "insufficient" } : { estimate: found, fault: null };
}
