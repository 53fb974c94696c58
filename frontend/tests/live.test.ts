import { QueryClient } from "@tanstack/preact-query";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import type { Order } from "../src/api/orders";
import type { Stock } from "../src/api/stocks";
import type { Wallet } from "../src/api/wallet";
import {
  FIRST_PAUSE_MS,
  LiveConnection,
  LONGEST_PAUSE_MS,
  RENEW_AFTER_MS,
  SILENCE_MS,
  type Socket,
} from "../src/live/connection";
import { LiveCache, type LiveMessage, readMessage } from "../src/live/messages";
import { sampleOrder } from "./browser/account-samples";
import { sampleBoard } from "./browser/samples";

const wallet = (account_version: number): Wallet => ({
  available: `${account_version}.00`,
  held: "0.00",
  total: `${account_version}.00`,
  currency: "USD",
  account_version,
});

const order = (version: number, state: Order["state"]): Order => ({
  ...sampleOrder(Date.UTC(2026, 2, 4), 1, {
    symbol: "AAPL",
    price: "190",
    quantity: "1",
    cost: "190.00",
    state,
  }),
  version,
});

describe("the cache", () => {
  let queries: QueryClient;
  let cache: LiveCache;
  let reads: string[];

  beforeEach(() => {
    queries = new QueryClient();
    cache = new LiveCache(queries);
    reads = [];
    vi.spyOn(queries, "invalidateQueries").mockImplementation(async (filter) => {
      reads.push(String(filter?.queryKey));
    });
  });

  const told = (version: number): LiveMessage => ({
    type: "wallet",
    account_version: version,
    data: wallet(version),
  });
  const heartbeat = (version: number, board = 0): LiveMessage => ({
    type: "heartbeat",
    account_version: version,
    data: { board_version: board },
  });

  it("never replaces a newer wallet by an older one, in whatever order messages come", () => {
    for (const version of [2, 3, 1, 3, 2]) {
      const before = queries.getQueryData<Wallet>(["wallet"])?.account_version ?? 0;
      cache.apply(told(version));
      const after = queries.getQueryData<Wallet>(["wallet"])?.account_version ?? 0;
      expect(after).toBe(Math.max(before, version));
    }
  });

  it("shows an order's newest copy alone and in lists", () => {
    const known = order(1, "PENDING");
    queries.setQueryData(["orders", "list", "all", 25], {
      pages: [{ items: [known], next_cursor: null }],
      pageParams: [""],
    });
    cache.apply({ type: "order", account_version: 3, data: order(3, "ACCEPTED") });
    cache.apply({ type: "order", account_version: 2, data: order(2, "SENT") });
    const list = queries.getQueryData<{ pages: { items: Order[] }[] }>([
      "orders",
      "list",
      "all",
      25,
    ]);
    expect(list?.pages[0]?.items[0]?.state).toBe("ACCEPTED");
    expect(queries.getQueryData<Order>(["orders", "one", known.order_id])?.state).toBe("ACCEPTED");
  });

  it("puts the changed prices into the board and leaves the others alone", () => {
    const board = sampleBoard(Date.now());
    queries.setQueryData(["stocks"], board);
    const changed = { ...(board[0] as Stock), price: "1", version: 2 };
    cache.apply({ type: "prices", data: [changed] });
    expect(queries.getQueryData(["stocks"])).toEqual([changed, ...board.slice(1)]);
    cache.apply({ type: "prices", data: [board[0] as Stock] });
    expect(queries.getQueryData<Stock[]>(["stocks"])?.[0]).toEqual(changed);
  });

  it("reads again when a number is missing", () => {
    cache.apply(told(4));
    reads = [];
    cache.apply(told(6));
    expect(reads).toContain("orders");
    reads = [];
    cache.apply(told(7));
    expect(reads).not.toContain("orders");
  });

  it("notices a lost last message by the next heartbeat", () => {
    cache.apply(told(4));
    cache.apply(heartbeat(4));
    reads = [];
    cache.apply(heartbeat(4));
    expect(reads).toEqual([]);
    cache.apply(heartbeat(5));
    expect(reads).toContain("wallet");
    expect(reads).toContain("orders");
  });

  it("notices lost prices by the next heartbeat", () => {
    const board = sampleBoard(Date.now());
    queries.setQueryData(["stocks"], board);
    cache.apply(heartbeat(0, board.length));
    reads = [];
    cache.apply(heartbeat(0, board.length));
    expect(reads).toEqual([]);
    cache.apply(heartbeat(0, board.length + 1));
    expect(reads).toContain("stocks");
  });

  it("reads open orders with every heartbeat, because being sent moves no money", () => {
    cache.apply(heartbeat(2));
    cache.apply({ type: "order", account_version: 2, data: order(1, "PENDING") });
    reads = [];
    cache.apply(heartbeat(2));
    expect(reads).toEqual(["orders"]);
    cache.apply({ type: "order", account_version: 3, data: order(3, "ACCEPTED") });
    reads = [];
    cache.apply(heartbeat(3));
    expect(reads).toEqual([]);
  });

  it("ignores rubbish and types that it does not know", () => {
    for (const text of ["", "x", "null", "[]", "1", '{"type":"new","data":{}}', '{"type":"order"}'])
      expect(readMessage(text)).toBeNull();
    expect(readMessage(JSON.stringify(heartbeat(1)))).toEqual(heartbeat(1));
  });
});

class FakeSocket implements Socket {
  onopen: Socket["onopen"] = null;
  onmessage: Socket["onmessage"] = null;
  onclose: Socket["onclose"] = null;
  sent: string[] = [];
  isClosed = false;
  constructor(readonly address: string) {}
  send(text: string) {
    this.sent.push(text);
  }
  close() {
    this.isClosed = true;
  }
}

describe("the connection", () => {
  let sockets: FakeSocket[];
  let changes: boolean[];
  let tickets: number;
  let connection: LiveConnection;

  beforeEach(() => {
    vi.useFakeTimers();
    sockets = [];
    changes = [];
    tickets = 0;
    connection = new LiveConnection({
      ticket: async () => {
        tickets += 1;
        return { url: "wss://live.example/live", ticket: `t${tickets}` };
      },
      open: (address) => {
        const socket = new FakeSocket(address);
        sockets.push(socket);
        return socket;
      },
      onMessage: () => undefined,
      onChange: (isOpen) => changes.push(isOpen),
      random: () => 1,
    });
  });

  afterEach(() => {
    connection.stop();
    vi.useRealTimers();
  });

  const settle = () => vi.advanceTimersByTimeAsync(0);
  const last = () => sockets.at(-1) as FakeSocket;
  const opened = async () => {
    await settle();
    last().onopen?.(new Event("open"));
  };
  const cut = () => last().onclose?.({} as CloseEvent);

  it("opens with a new ticket each time", async () => {
    connection.start();
    await opened();
    cut();
    await vi.advanceTimersByTimeAsync(FIRST_PAUSE_MS);
    expect(sockets.map((socket) => socket.address)).toEqual([
      "wss://live.example/live?ticket=t1",
      "wss://live.example/live?ticket=t2",
    ]);
    expect(changes).toEqual([true, false]);
  });

  it("waits longer after every failure, up to a minute", async () => {
    connection.start();
    await settle();
    for (let pause = FIRST_PAUSE_MS; pause <= 2 * LONGEST_PAUSE_MS; pause *= 2) {
      const before = sockets.length;
      cut();
      await vi.advanceTimersByTimeAsync(Math.min(pause, LONGEST_PAUSE_MS) - 1);
      expect(sockets).toHaveLength(before);
      await vi.advanceTimersByTimeAsync(1);
      expect(sockets).toHaveLength(before + 1);
    }
  });

  it("connects again when nothing comes any more", async () => {
    connection.start();
    await opened();
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 1);
    last().onmessage?.({ data: "{}" } as MessageEvent);
    await vi.advanceTimersByTimeAsync(SILENCE_MS - 1);
    expect(sockets).toHaveLength(1);
    await vi.advanceTimersByTimeAsync(1);
    expect(sockets).toHaveLength(2);
    expect(sockets[0]?.isClosed).toBe(true);
  });

  it("connects again before the gateway closes it, and pings meanwhile", async () => {
    connection.start();
    await opened();
    const until = RENEW_AFTER_MS + 15 * 60_000;
    for (let passed = 0; passed < until; passed += 30_000) {
      sockets[0]?.onmessage?.({ data: "{}" } as MessageEvent);
      await vi.advanceTimersByTimeAsync(30_000);
    }
    expect(sockets).toHaveLength(2);
    expect(sockets[0]?.sent.length).toBeGreaterThan(20);
  });

  it("stays closed once it is stopped", async () => {
    connection.start();
    await opened();
    connection.stop();
    await vi.advanceTimersByTimeAsync(10 * LONGEST_PAUSE_MS);
    expect(sockets).toHaveLength(1);
    expect(changes).toEqual([true, false]);
  });
});
