/** My purchase requests: a list, one of them, and how often to ask while the exchange decides. */
import { infiniteQueryOptions, type QueryClient, queryOptions } from "@tanstack/preact-query";
import { isLive } from "../live/live";
import { newest } from "../live/newest";
import { type Api, unwrap } from "./client";
import type { components } from "./schema";

export type Order = components["schemas"]["Order"];
export type OrderState = Order["state"];

export function isOpen(order: Pick<Order, "state">): boolean {
  return order.state === "PENDING" || order.state === "SENT";
}

const SECOND_MS = 1000;
const MINUTE_MS = 60 * SECOND_MS;

/** Quickly while an answer is likely, ever slower after that; never once it has ended. */
export function pollEveryMs(order: Order | undefined, nowMs: number): number | false {
  if (!order) return false;
  if (!isOpen(order)) return false;
  const ageMs = nowMs - Date.parse(order.created_at);
  if (ageMs < 15 * SECOND_MS) return 700;
  if (ageMs < 2 * MINUTE_MS) return 3 * SECOND_MS;
  if (ageMs < 15 * MINUTE_MS) return 10 * SECOND_MS;
  return 30 * SECOND_MS;
}

export function orderQuery(api: Api, orderId: string) {
  return queryOptions({
    queryKey: ["orders", "one", orderId],
    queryFn: async ({ signal }) =>
      unwrap(
        await api.GET("/orders/{order_id}", { params: { path: { order_id: orderId } }, signal }),
      ),
    structuralSharing: (known, read) => newest(known as Order | undefined, read as Order),
    refetchInterval: (query) => !isLive() && pollEveryMs(query.state.data, Date.now()),
  });
}

// Another device may have placed one, or the exchange ended one: a list that looks at rest is asked for too.
const AT_REST_MS = 15 * SECOND_MS;

export type OrderFilter = "open" | "done" | "all";

export function ordersQuery(api: Api, filter: OrderFilter, limit = 25) {
  return infiniteQueryOptions({
    queryKey: ["orders", "list", filter, limit],
    queryFn: ({ signal, pageParam }) => ordersPage(api, filter, limit, pageParam, signal),
    initialPageParam: "",
    getNextPageParam: (page) => page.next_cursor,
    refetchInterval: (query) => {
      if (isLive()) return false;
      const orders = query.state.data?.pages.flatMap((page) => page.items) ?? [];
      return Math.min(pollEveryMs(orders.find(isOpen), Date.now()) || AT_REST_MS, AT_REST_MS);
    },
  });
}

async function ordersPage(
  api: Api,
  filter: OrderFilter,
  limit: number,
  cursor: string,
  signal: AbortSignal,
) {
  const query = {
    limit,
    ...(filter === "all" ? {} : { state: filter }),
    ...(cursor ? { cursor } : {}),
  };
  return unwrap(await api.GET("/orders", { params: { query }, signal }));
}

/** The order that was placed under this key; null when none was. */
export async function orderOfKey(api: Api, key: string): Promise<Order | null> {
  const found = unwrap(await api.GET("/orders", { params: { query: { key } } }));
  return found.items[0] ?? null;
}

/** What an order changes beside itself is asked for anew where it is shown. */
export function forgetMoney(queries: QueryClient): void {
  for (const key of ["orders", "wallet", "ledger", "portfolio"])
    void queries.invalidateQueries({ queryKey: [key] });
}
