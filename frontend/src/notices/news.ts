/** What happened to the reader's own orders: since the last look, and while the app is open. */
import { useInfiniteQuery } from "@tanstack/preact-query";
import { useEffect, useRef, useState } from "preact/hooks";
import { isOpen, type Order, ordersQuery } from "../api/orders";
import { useServices, useSession } from "../context";

/** An order that the exchange, or an operator, has ended. */
export type Ended = Order & { state: "ACCEPTED" | "REJECTED" | "VOIDED"; ended_at: string };

export function isEnded(order: Order): order is Ended {
  return !isOpen(order) && order.ended_at !== null;
}

/** Newest end first. */
export function newsOf(orders: readonly Order[]): Ended[] {
  return orders.filter(isEnded).sort((a, b) => Date.parse(b.ended_at) - Date.parse(a.ended_at));
}

export function unseenCount(news: readonly Ended[], seenAtMs: number): number {
  return news.filter(({ ended_at }) => Date.parse(ended_at) > seenAtMs).length;
}

/** Orders that were open at the last look and are no longer. */
export function justEnded(before: ReadonlySet<string>, orders: readonly Order[]): Ended[] {
  return newsOf(orders).filter(({ order_id }) => before.has(order_id));
}

const SEEN_KEY = "vela.seen";

function seenKey(email: string | null): string {
  return `${SEEN_KEY}.${email ?? ""}`;
}

/** When this reader last looked, in this browser; now, on the first visit: what is long past is no news. */
function seenAt(email: string | null): number {
  try {
    const stored = Number(localStorage.getItem(seenKey(email)));
    if (stored > 0) return stored;
    localStorage.setItem(seenKey(email), String(Date.now()));
  } catch {
    // Without storage every visit is the first.
  }
  return Date.now();
}

export interface News {
  items: Ended[];
  unseen: number;
  markSeen: () => void;
}

function useOrders(): Order[] | undefined {
  const { api } = useServices();
  return useInfiniteQuery(ordersQuery(api, "all")).data?.pages.flatMap((page) => page.items);
}

const SHOWN = 10;

export function useNews(): News {
  const { email } = useSession();
  const [seenAtMs, setSeenAt] = useState(() => seenAt(email));
  const news = newsOf(useOrders() ?? []);
  const markSeen = () => {
    const now = Date.now();
    try {
      localStorage.setItem(seenKey(email), String(now));
    } catch {
      // See above.
    }
    setSeenAt(now);
  };
  return { items: news.slice(0, SHOWN), unseen: unseenCount(news, seenAtMs), markSeen };
}

/** Calls back once for every order that ends while the app is open. */
export function useJustEnded(onEnded: (ended: Ended[]) => void): void {
  const orders = useOrders();
  const open = useRef<ReadonlySet<string>>(new Set());
  useEffect(() => {
    if (!orders) return;
    const ended = justEnded(open.current, orders);
    open.current = new Set(orders.filter(isOpen).map(({ order_id }) => order_id));
    if (ended.length > 0) onEnded(ended);
  }, [orders]);
}
