/** One investor's account: requests in every state, the wallet with its ledger, what is owned. */
import type { Holding, Portfolio } from "../../src/api/account.ts";
import type { Order } from "../../src/api/orders.ts";
import type { Posting, Wallet } from "../../src/api/wallet.ts";

const MINUTE_MS = 60_000;

type OrderSample = Partial<Order> & Pick<Order, "state" | "symbol" | "quantity" | "price" | "cost">;

/** An order as it would be some minutes after it was placed. */
export function sampleOrder(now: number, minutesOld: number, sample: OrderSample): Order {
  const at = (seconds: number) =>
    new Date(now - minutesOld * MINUTE_MS + seconds * 1000).toISOString();
  const isEnded = !["PENDING", "SENT"].includes(sample.state);
  const isReturned = ["REJECTED", "VOIDED"].includes(sample.state);
  return {
    order_id: `be0e538d-c983-43e8-957b-39174${String(minutesOld).padStart(7, "0")}`,
    currency: "USD",
    overdue: false,
    asks: 0,
    created_at: at(0),
    // An answer within seconds, as most are, leaves no time at which the request was sent.
    sent_at: ["SENT", "VOIDED"].includes(sample.state) ? at(0.6) : null,
    ended_at: isEnded ? at(1.4) : null,
    reason: null,
    released: isReturned ? sample.cost : null,
    account_version: isEnded ? 3 : 2,
    version: isEnded ? 3 : 1,
    ...sample,
  };
}

export function sampleOrders(now: number): Order[] {
  const aapl = { symbol: "AAPL", price: "190.23" };
  return [
    sampleOrder(now, 0, { ...aapl, state: "PENDING", quantity: "0.525679", cost: "100.00" }),
    sampleOrder(now, 1, {
      symbol: "MSFT",
      price: "374.58",
      state: "SENT",
      quantity: "0.25",
      cost: "93.65",
    }),
    sampleOrder(now, 34, {
      symbol: "SQM",
      price: "51.07",
      state: "SENT",
      quantity: "2",
      cost: "102.14",
      overdue: true,
      asks: 3,
    }),
    sampleOrder(now, 190, { ...aapl, state: "ACCEPTED", quantity: "0.5", cost: "95.12" }),
    sampleOrder(now, 200, {
      symbol: "LTM",
      price: "0.018523",
      state: "REJECTED",
      quantity: "1000",
      cost: "18.52",
      reason: "the exchange rejected it",
    }),
    sampleOrder(now, 1500, {
      symbol: "AMZN",
      price: "142.71",
      state: "ACCEPTED",
      quantity: "3",
      cost: "428.13",
    }),
    sampleOrder(now, 2900, {
      symbol: "IBM",
      price: "158.11",
      state: "VOIDED",
      quantity: "1",
      cost: "158.11",
      reason: "The exchange confirmed by telephone that it never arrived.",
    }),
    sampleOrder(now, 4400, {
      symbol: "MSFT",
      price: "361.2",
      state: "ACCEPTED",
      quantity: "1.25",
      cost: "451.50",
    }),
  ];
}

export const SAMPLE_WALLET: Wallet = {
  available: "1029.46",
  held: "295.79",
  total: "1325.25",
  currency: "USD",
  account_version: 8,
};

/** The ledger of the sample orders, newest first. */
export function samplePostings(now: number): Posting[] {
  const moved = (
    minutesOld: number,
    kind: Posting["kind"],
    available: string,
    held: string,
    symbol: string | null = null,
    /** How many minutes ago the order was placed. */
    placed = minutesOld,
  ): Omit<Posting, "account_version"> => ({
    posting_id: `${kind}-${minutesOld}`,
    kind,
    available,
    held,
    currency: "USD",
    order_id: symbol && `be0e538d-c983-43e8-957b-39174${String(placed).padStart(7, "0")}`,
    symbol,
    recorded_at: new Date(now - minutesOld * MINUTE_MS).toISOString(),
  });
  const newestFirst = [
    moved(0, "HOLD", "-100.00", "100.00", "AAPL"),
    moved(1, "HOLD", "-93.65", "93.65", "MSFT"),
    moved(34, "HOLD", "-102.14", "102.14", "SQM"),
    moved(190, "SPEND", "0.00", "-95.12", "AAPL"),
    moved(191, "HOLD", "-95.12", "95.12", "AAPL", 190),
    moved(200, "RELEASE", "18.52", "-18.52", "LTM"),
    moved(201, "HOLD", "-18.52", "18.52", "LTM", 200),
    moved(300, "DEPOSIT", "500.00", "0.00"),
  ];
  return newestFirst.map((posting, index) => ({
    ...posting,
    account_version: newestFirst.length - index,
  }));
}

export function samplePortfolio(now: number): Portfolio {
  const at = new Date(now - MINUTE_MS).toISOString();
  const held = (
    [symbol, name, quantity, average_cost, cost, price]: string[],
    [value, gain, gain_percent, day_change, allocation]: (string | null)[],
  ): Holding => ({
    symbol: symbol ?? "",
    name: name ?? null,
    quantity: quantity ?? "",
    average_cost: average_cost ?? "",
    cost: cost ?? "",
    price: price ?? null,
    price_at: at,
    value: value ?? null,
    gain: gain ?? null,
    gain_percent: gain_percent ?? null,
    day_change: day_change ?? null,
    day_change_percent: null,
    bought_today: "0",
    previous_close: null,
    allocation: allocation ?? null,
  });
  return {
    currency: "USD",
    market_day: at.slice(0, 10),
    net_worth: "2316.73",
    cash: "1325.25",
    cash_allocation: "0.572",
    cost: "974.75",
    value: "991.48",
    gain: "16.73",
    gain_percent: "1.72",
    day_change: "4.95",
    day_change_percent: "0.50",
    positions: [
      held(
        ["AAPL", "Apple Inc.", "0.5", "190.24", "95.12", "190.23"],
        ["95.12", "0.00", "0.00", "1.21", "0.0411"],
      ),
      held(
        ["AMZN", "Amazon.com, Inc.", "3", "142.71", "428.13", "142.71"],
        ["428.13", "0.00", "0.00", "-2.67", "0.1848"],
      ),
      held(
        ["MSFT", "Microsoft Corporation", "1.25", "361.2", "451.50", "374.58"],
        ["468.23", "16.73", "3.71", "6.41", "0.2021"],
      ),
    ],
  };
}

export const SAMPLE_ME = {
  account_id: "an-account",
  email: "ana.rojas@ejemplo.cl",
  group_id: "3",
  currency: "USD",
  limits: { max_deposit: "100000.00", max_quantity: "1000000000", max_price_age_s: 3600 },
  market_zone: "America/New_York",
  deposit_methods: ["demo"],
  settings: { favourites: [], language: null, theme: null, mails: { orders: false } },
};
