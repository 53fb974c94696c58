/** What a live message changes in the cache of queries. The truth stays with the HTTP API. */
import type { InfiniteData, QueryClient } from "@tanstack/preact-query";
import type { components } from "../api/schema";
import { changedItems, newest } from "./newest";

type Order = components["schemas"]["Order"];
type Wallet = components["schemas"]["Wallet"];
type Deposit = components["schemas"]["Deposit"];
type Stock = components["schemas"]["Stock"];

export type LiveMessage =
  | { type: "order"; account_version: number; data: Order }
  | { type: "wallet"; account_version: number; data: Wallet }
  | { type: "deposit"; account_version: number | null; data: Deposit }
  | { type: "receipt"; data: { order_id: string } }
  | { type: "prices"; data: Stock[] }
  | { type: "heartbeat"; account_version: number; data: { board_version: number } };

type OrderPages = InfiniteData<{ items: Order[]; next_cursor: string | null }>;

const MONEY = ["orders", "wallet", "ledger", "portfolio"];
const PRICES = ["stocks", "stock", "portfolio"];

/** Null for what is no message, or one of a type that this version does not know. */
export function readMessage(text: string): LiveMessage | null {
  try {
    const value = JSON.parse(text) as { type?: unknown; data?: unknown } | null;
    const isKnown = ["order", "wallet", "deposit", "receipt", "prices", "heartbeat"].includes(
      value?.type as string,
    );
    return isKnown && typeof value?.data === "object" ? (value as LiveMessage) : null;
  } catch {
    return null;
  }
}

export class LiveCache {
  #queries: QueryClient;
  #accountVersion = 0;
  #isFirstHeartbeat = true;

  constructor(queries: QueryClient) {
    this.#queries = queries;
  }

  /** Whatever happened while there was no connection is read. */
  connected(): void {
    this.#isFirstHeartbeat = true;
    this.#read([...MONEY, ...PRICES]);
  }

  apply(message: LiveMessage): void {
    switch (message.type) {
      case "order":
        this.#follow(message.account_version);
        this.#order(message.data);
        break;
      case "wallet":
        this.#follow(message.account_version);
        this.#queries.setQueryData<Wallet>(["wallet"], (known) => newest(known, message.data));
        this.#read(["ledger", "portfolio"]);
        break;
      case "deposit":
        this.#queries.setQueryData<Deposit>(["deposit", message.data.deposit_id], (known) =>
          newest(known, message.data),
        );
        break;
      case "receipt":
        this.#read(["receipt"]);
        break;
      case "prices":
        this.#prices(message.data);
        break;
      case "heartbeat":
        this.#heartbeat(message.account_version, message.data.board_version);
        break;
    }
  }

  /** A number that is not the next one: something was missed. The same one comes with each object. */
  #follow(version: number): void {
    if (this.#accountVersion > 0 && version > this.#accountVersion + 1) this.#read(MONEY);
    this.#accountVersion = Math.max(this.#accountVersion, version);
  }

  #order(order: Order): void {
    this.#queries.setQueryData<Order>(["orders", "one", order.order_id], (known) =>
      newest(known, order),
    );
    // An order may enter or leave the lists of open and ended ones: those are read again.
    this.#queries.setQueriesData<OrderPages>(
      { queryKey: ["orders", "list"] },
      (known) =>
        known && {
          ...known,
          pages: known.pages.map((page) => ({
            ...page,
            items: changedItems(page.items, [order], (item) => item.order_id),
          })),
        },
    );
    void this.#queries.invalidateQueries({ queryKey: ["orders", "list"] });
  }

  #prices(stocks: Stock[]): void {
    this.#queries.setQueryData<Stock[]>(
      ["stocks"],
      (known) => known && changedItems(known, stocks, (stock) => stock.symbol),
    );
    for (const stock of stocks)
      this.#queries.setQueryData<Stock>(
        ["stock", stock.symbol],
        (known) => known && newest(known, stock),
      );
    this.#read(["portfolio"]);
  }

  #heartbeat(accountVersion: number, boardVersion: number): void {
    if (this.#isFirstHeartbeat) {
      // Lists of orders lag behind by moments: what the read after connecting missed is there by now.
      this.#isFirstHeartbeat = false;
      this.#read(["orders"]);
    }
    const wallet = this.#queries.getQueryData<Wallet>(["wallet"]);
    const known = Math.max(this.#accountVersion, wallet?.account_version ?? 0);
    if (accountVersion > known || (wallet && wallet.account_version < accountVersion))
      this.#read(MONEY);
    this.#accountVersion = Math.max(this.#accountVersion, accountVersion);
    const board = this.#queries.getQueryData<Stock[]>(["stocks"]);
    if (board && board.reduce((sum, stock) => sum + stock.version, 0) < boardVersion)
      this.#read(PRICES);
    // Being sent, or overdue, changes an order without a posting.
    if (this.#hasOpenOrder()) this.#read(["orders"]);
  }

  #hasOpenOrder(): boolean {
    const lists = this.#queries.getQueriesData<OrderPages>({ queryKey: ["orders", "list"] });
    const single = this.#queries.getQueriesData<Order>({ queryKey: ["orders", "one"] });
    const orders = [
      ...lists.flatMap(([, list]) => list?.pages.flatMap((page) => page.items) ?? []),
      ...single.flatMap(([, order]) => order ?? []),
    ];
    return orders.some((order) => order.state === "PENDING" || order.state === "SENT");
  }

  #read(keys: readonly string[]): void {
    for (const key of new Set(keys)) void this.#queries.invalidateQueries({ queryKey: [key] });
  }
}
