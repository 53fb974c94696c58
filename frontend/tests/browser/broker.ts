/** A stand-in API that takes purchases as ours does: one order for a key, however often it is sent. */
import type { IncomingMessage } from "node:http";
import type { Order } from "../../src/api/orders.ts";
import { sampleOrder } from "./account-samples.ts";
import { FULL, list, made } from "./api.ts";
import { json, type Routes } from "./site.ts";

export interface Broker {
  routes: Routes;
  /** What was placed, by key. */
  placed: Map<string, Order>;
  /** The bodies that came, one for each time. */
  bodies: Record<string, string>[];
  /** Keys of deposits, one for each time one came. */
  deposits: string[];
  /** Moves every order on. */
  move: (change: Partial<Order>) => void;
}

export async function bodyOf(request: IncomingMessage): Promise<Record<string, string>> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return JSON.parse(Buffer.concat(parts).toString());
}

export function startBroker(): Broker {
  const placed = new Map<string, Order>();
  const bodies: Record<string, string>[] = [];
  const deposits: string[] = [];
  const keyOf = (request: IncomingMessage) => String(request.headers["idempotency-key"]);
  const take = (key: string): Order => {
    const order = sampleOrder(Date.now(), 0, {
      symbol: "AAPL",
      state: "PENDING",
      quantity: "0.525679",
      price: "190.23",
      cost: "100.00",
      order_id: key,
    });
    placed.set(key, order);
    return order;
  };
  const routes: Routes = {
    ...FULL,
    "POST /orders": async (response, request) => {
      bodies.push(await bodyOf(request));
      const key = keyOf(request);
      const known = placed.get(key);
      json(known ? 200 : 202, known ?? take(key))(response, request);
    },
    "GET /orders": made((url) => {
      const found = placed.get(url.searchParams.get("key") ?? "");
      return list(url.searchParams.has("key") ? (found ? [found] : []) : [...placed.values()]);
    }),
    "GET /orders/:id": made((url) => placed.get(url.pathname.split("/").at(-1) ?? "")),
    "POST /wallet/deposits": async (response, request) => {
      const { amount } = await bodyOf(request);
      const isKnown = deposits.includes(keyOf(request));
      deposits.push(keyOf(request));
      const deposit = {
        deposit_id: keyOf(request),
        amount,
        currency: "USD",
        recorded_at: new Date().toISOString(),
      };
      json(isKnown ? 200 : 201, deposit)(response, request);
    },
  };
  const move = (change: Partial<Order>) => {
    for (const [key, order] of placed) placed.set(key, { ...order, ...change });
  };
  return { routes, placed, bodies, deposits, move };
}
