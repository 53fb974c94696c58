/**
 * A purchase under way: what was reviewed, and the key that names it. The key is made when the review
 * opens and kept for this tab until there is an answer, so it is the same on every retry and after a reload.
 */

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
