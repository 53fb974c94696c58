/** The ledger as people read it: one movement for a purchase, with the postings that it is made of. */
import type { LedgerRow } from "../api/wallet";
import { plus } from "../money/decimals";

export type MovementKind = "deposit" | "open" | "paid" | "returned" | "other";

export interface Movement {
  key: string;
  kind: MovementKind;
  symbol: string | null;
  orderId: string | null;
  currency: string;
  /** What it did to what can be spent, all in all. */
  amount: string;
  /** What could be spent after its latest posting; null when that is not known. */
  balance: string | null;
  /** Of its latest posting. */
  at: string;
  /** Newest first. */
  rows: LedgerRow[];
}

/** By their latest postings, newest first, as the ledger is. */
export function movementsOf(rows: readonly LedgerRow[]): Movement[] {
  const groups = new Map<string, LedgerRow[]>();
  for (const row of rows) {
    const key = row.posting.order_id ?? row.posting.posting_id;
    groups.set(key, [...(groups.get(key) ?? []), row]);
  }
  return [...groups].flatMap(([key, group]) => movementOf(key, group) ?? []);
}

function movementOf(key: string, rows: LedgerRow[]): Movement | null {
  const latest = rows[0];
  if (!latest) return null;
  const { posting, balance } = latest;
  return {
    key,
    kind: kindOf(rows),
    symbol: posting.symbol,
    orderId: posting.order_id,
    currency: posting.currency,
    amount: amountOf(rows),
    balance,
    at: posting.recorded_at,
    rows,
  };
}

function kindOf(rows: LedgerRow[]): MovementKind {
  switch (rows[0]?.posting.kind) {
    case "DEPOSIT":
      return "deposit";
    case "HOLD":
      return "open";
    case "SPEND":
      return "paid";
    case "RELEASE":
      return "returned";
    default:
      return "other";
  }
}

/**
 * The hold of a purchase may stand on a page of the ledger that is not loaded: then the posting that ended
 * it says how much was held.
 */
function amountOf(rows: LedgerRow[]): string {
  const hasHold = rows.some(({ posting }) => posting.kind === "HOLD");
  const parts = rows.map(({ posting }) => {
    const isEndAlone = !hasHold && (posting.kind === "SPEND" || posting.kind === "RELEASE");
    return isEndAlone ? (plus(posting.available, posting.held) ?? "0") : posting.available;
  });
  return plus(...parts) ?? "0";
}
