/**
 * A purchase under way: what was reviewed, and the key that names it. The key is made when the review
 * opens and kept for this tab until there is an answer, so it is the same on every retry and after a reload.
 */

import { costOf, raised, sharesFor } from "../money/decimals";

export interface Purchase {
  /** The Idempotency-Key. */
  key: string;
  /** Whose it is: another reader of this tab must not take it up. */
  email: string | null;
  symbol: string;
  /** What goes to the API: exactly one of these two. */
  amount?: string;
  quantity?: string;
  max_price: string;
  /** What the review showed. */
  shown: { price: string; currency: string; quantity: string; cost: string };
  /** It was sent at least once: whether it arrived may be unknown. */
  isSent: boolean;
}

/** How far a price may rise between review and order, in percent. */
const TOLERANCE = 1;

interface Asked {
  email: string | null;
  symbol: string;
  currency: string;
  /** One of the two, as the reader asked. */
  amount?: string | undefined;
  quantity?: string | undefined;
}

/** What a purchase is about at a price. */
export function termsAt(
  price: string,
  { amount, quantity = "" }: Pick<Asked, "amount" | "quantity">,
): { quantity: string; cost: string } {
  const count = amount ? sharesFor(amount, price) : quantity;
  return { quantity: count, cost: costOf(price, count) };
}

/** A new purchase, with a key of its own, as it is reviewed at a price. */
export function purchaseAt(price: string, asked: Asked): Purchase {
  const { email, symbol, currency, amount, quantity } = asked;
  return {
    key: newKey(),
    email,
    symbol,
    ...(amount ? { amount } : { quantity: quantity ?? "" }),
    max_price: raised(price, TOLERANCE),
    shown: { price, currency, ...termsAt(price, asked) },
    isSent: false,
  };
}

const STORED = "vela.purchase";

export function newKey(): string {
  return crypto.randomUUID();
}

export function keep(purchase: Purchase): void {
  sessionStorage.setItem(STORED, JSON.stringify(purchase));
}

export function drop(): void {
  sessionStorage.removeItem(STORED);
}

/** The purchase of this reader that has no answer yet. */
export function kept(email: string | null): Purchase | null {
  try {
    const found = JSON.parse(sessionStorage.getItem(STORED) ?? "null") as Purchase | null;
    return found && found.email === email ? found : null;
  } catch {
    return null; // forbidden or foreign storage
  }
}
