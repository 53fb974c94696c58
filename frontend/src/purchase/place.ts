/** Sends a purchase so that it can never be bought twice: when in doubt, look before sending again. */
import { type Api, ApiError, unwrap } from "../api/client";
import { type Order, orderOfKey } from "../api/orders";
import type { Purchase } from "./purchase";

export type Outcome =
  | { kind: "placed"; order: Order }
  /** The server said no: nothing was placed under this key. */
  | { kind: "refused"; code: string }
  /** Nobody can say whether it arrived. */
  | { kind: "unknown" };

/** For a purchase that was never sent. */
export async function place(api: Api, purchase: Purchase): Promise<Outcome> {
  const first = await send(api, purchase);
  return first.kind === "unknown" ? settle(api, purchase) : first;
}

/** For one that was: asks for the order by its key, and sends it again, under that key, only if there is none. */
export async function settle(api: Api, purchase: Purchase): Promise<Outcome> {
  let order: Order | null;
  try {
    order = await orderOfKey(api, purchase.key);
  } catch {
    return { kind: "unknown" };
  }
  return order ? { kind: "placed", order } : send(api, purchase);
}

async function send(api: Api, purchase: Purchase): Promise<Outcome> {
  const { symbol, amount, quantity, max_price } = purchase;
  const body = { symbol, max_price, ...(amount ? { amount } : { quantity: quantity ?? "" }) };
  try {
    const header = { "Idempotency-Key": purchase.key };
    return {
      kind: "placed",
      order: unwrap(await api.POST("/orders", { params: { header }, body })),
    };
  } catch (error) {
    return isRefusal(error)
      ? { kind: "refused", code: error.code || String(error.status) }
      : { kind: "unknown" };
  }
}

/** A 401 is none: the session ended, and the purchase waits for the next one. */
function isRefusal(error: unknown): error is ApiError {
  return error instanceof ApiError && error.status < 500 && error.status !== 401;
}
