/** A stand-in API that knows everything of the samples: one investor's whole account. */
import type { IncomingMessage, ServerResponse } from "node:http";
import type { Price } from "../../src/api/stocks.ts";
import {
  SAMPLE_ME,
  SAMPLE_WALLET,
  sampleOrders,
  samplePortfolio,
  samplePostings,
} from "./account-samples.ts";
import { sampleJobs } from "./job-samples.ts";
import { sampleBoard, sampleCandles, samplePrices, sampleTrades } from "./samples.ts";
import { type Answer, json, type Routes } from "./site.ts";

const HISTORY_DAYS = 9;

type Made = (url: URL, request: IncomingMessage) => unknown;

/** 200 with what is made from the address; 404 where that is nothing. */
export function made(make: Made): Answer {
  return (response: ServerResponse, request: IncomingMessage) => {
    const url = new URL(request.url ?? "/", "http://localhost");
    const body = make(url, request);
    if (body === undefined)
      return json(404, { code: "not_found", message: "", request_id: "r" })(response, request);
    return json(200, body)(response, request);
  };
}

export const list = (items: unknown[]) => ({ items, next_cursor: null });

/** A page of a list, with the number of what came before as cursor. */
function page<T>(items: T[], url: URL): { items: T[]; next_cursor: string | null } {
  const limit = Number(url.searchParams.get("limit") ?? 25);
  const start = Number(url.searchParams.get("cursor") ?? 0);
  const end = start + limit;
  return { items: items.slice(start, end), next_cursor: end < items.length ? String(end) : null };
}

const last = (url: URL) => decodeURIComponent(url.pathname.split("/").at(-1) ?? "");

const symbolIn = (url: URL) => decodeURIComponent(url.pathname.split("/").at(-2) ?? "");

function spanIn(url: URL): { from: number; until: number } {
  const time = (name: string, other: number) =>
    Date.parse(url.searchParams.get(name) ?? "") || other;
  return { from: time("from", 0), until: time("to", Number.POSITIVE_INFINITY) };
}

function prices(url: URL) {
  const found = samplePrices(Date.now(), symbolIn(url), HISTORY_DAYS);
  const { from, until } = spanIn(url);
  const within = ({ observed_at }: Price) =>
    Date.parse(observed_at) >= from && Date.parse(observed_at) < until;
  return found.length ? page(found.filter(within), url) : undefined;
}

function orders(url: URL) {
  const state = url.searchParams.get("state");
  const found = sampleOrders(Date.now()).filter((order) => {
    const isOpen = ["PENDING", "SENT"].includes(order.state);
    return state === null || isOpen === (state === "open");
  });
  return url.searchParams.has("key") ? list([]) : page(found, url);
}

function candles(url: URL) {
  const { from, until } = spanIn(url);
  const interval = url.searchParams.get("interval") ?? "1h";
  return page(sampleCandles(Date.now(), symbolIn(url), interval, from, until), url);
}

export const FULL: Routes = {
  "GET /data/board.json": made(() => list(sampleBoard(Date.now()))),
  "GET /stocks": made(() => list(sampleBoard(Date.now()))),
  "GET /stocks/:symbol": made((url) =>
    sampleBoard(Date.now()).find((stock) => stock.symbol === last(url)),
  ),
  "GET /stocks/:symbol/prices": made(prices),
  "GET /wallet": json(200, SAMPLE_WALLET),
  "GET /wallet/postings": made((url) => page(samplePostings(Date.now()), url)),
  "GET /orders": made(orders),
  "GET /orders/:id": made((url) =>
    sampleOrders(Date.now()).find((order) => order.order_id === last(url)),
  ),
  "GET /portfolio": made(() => samplePortfolio(Date.now())),
  "GET /stocks/:symbol/candles": made(candles),
  "GET /stocks/:symbol/activity": made((url) => page(sampleTrades(Date.now(), symbolIn(url)), url)),
  "GET /jobs": made(() => list(sampleJobs(Date.now()).map(({ result: _, ...job }) => job))),
  "GET /jobs/:id": made((url) => sampleJobs(Date.now()).find((job) => job.job_id === last(url))),
  "POST /jobs": made(() => sampleJobs(Date.now())[0]),
  "GET /me": json(200, SAMPLE_ME),
};

/** An account that nothing has happened to yet. */
export const EMPTY: Routes = {
  ...FULL,
  "GET /wallet": json(200, { available: "0.00", held: "0.00", total: "0.00", currency: "USD" }),
  "GET /wallet/postings": json(200, list([])),
  "GET /orders": json(200, list([])),
  "GET /jobs": json(200, list([])),
  "GET /stocks/:symbol/activity": json(200, list([])),
  "GET /portfolio": json(200, {
    currency: "USD",
    market_day: null,
    net_worth: "0.00",
    cash: "0.00",
    cash_allocation: null,
    day_change_percent: null,
    cost: "0.00",
    value: "0.00",
    gain: "0.00",
    gain_percent: null,
    day_change: "0.00",
    positions: [],
  }),
};
