/** A board and a stored session to show screens with. */
import type { Holding, Portfolio } from "../../src/api/account.ts";
import type { JobWithResult, PortfolioHistory, Projection } from "../../src/api/jobs.ts";
import type { Order } from "../../src/api/orders.ts";
import type { Candle, Price, Stock, Trade } from "../../src/api/stocks.ts";
import type { Posting, Wallet } from "../../src/api/wallet.ts";

const MINUTE_MS = 60_000;

type Sample = [
  symbol: string,
  name: string,
  price: string,
  change: [string, string] | null,
  minutesOld: number,
];

const SAMPLES: Sample[] = [
  ["AAPL", "Apple Inc.", "190.23", ["2.41", "1.28"], 1],
  ["AMZN", "Amazon.com, Inc.", "142.71", ["-0.89", "-0.62"], 1],
  ["FB", "Meta Platforms, Inc.", "1312.205", ["14.6", "1.13"], 1],
  ["GOOG", "Alphabet Inc.", "138.5", ["0.00", "0.00"], 1],
  ["IBM", "International Business Machines Corporation", "158.114", ["-3.2", "-1.98"], 6],
  ["LTM", "LATAM Airlines Group S.A.", "0.018523", null, 1],
  ["MSFT", "Microsoft Corporation", "374.58", ["5.12", "1.39"], 1],
  ["NFLX", "Netflix, Inc.", "463", ["-11.0374", "-2.33"], 190],
  ["SQM", "Sociedad Química y Minera de Chile S.A.", "51.07", ["0.33", "0.65"], 1],
];

export function sampleBoard(now: number): Stock[] {
  return SAMPLES.map(([symbol, name, price, change, minutesOld]) => ({
    symbol,
    name,
    price,
    currency: "USD",
    change: change?.[0] ?? null,
    change_percent: change?.[1] ?? null,
    previous_price: null,
    observed_at: new Date(now - minutesOld * MINUTE_MS).toISOString(),
    source: null,
    trend: sampleTrend(price, change?.[0] ?? "0"),
  }));
}

/** A day's way to a price, as the board's sparkline draws it. */
function sampleTrend(price: string, change: string): string[] {
  const start = Number(price) - Number(change);
  const hours = Array.from({ length: 23 }, (_, hour) => {
    const way = start + (Number(change) * hour) / 23;
    return (way * (1 + Math.sin(hour * 1.7) * 0.004)).toFixed(6);
  });
  return [...hours, price];
}

/** A company's history, newest first: a walk that ends at its price, the same on every run. */
export function samplePrices(now: number, count: number, price = 190.23): Price[] {
  let seed = 7;
  let value = price;
  return Array.from({ length: count }, (_, index) => {
    const found = {
      price: value.toFixed(2),
      currency: "USD",
      observed_at: new Date(now - MINUTE_MS - index * 5 * MINUTE_MS).toISOString(),
      source: "Nasdaq Real Time Price",
    };
    seed = (seed * 16_807) % 2_147_483_647;
    value *= 1 + (seed / 2_147_483_647 - 0.505) * 0.006;
    return found;
  });
}

/** Candles newest first, made of the same walk. */
export function sampleCandles(
  now: number,
  count: number,
  lastsMs: number,
  price: number,
): Candle[] {
  const walk = samplePrices(now, count * 4, price).map((one) => Number(one.price));
  const newest = Math.floor(now / lastsMs) * lastsMs;
  return Array.from({ length: count }, (_, index) => {
    const part = walk.slice(index * 4, index * 4 + 5);
    return {
      opened_at: new Date(newest - index * lastsMs).toISOString(),
      open: (part.at(-1) ?? price).toFixed(2),
      high: (Math.max(...part) * 1.001).toFixed(2),
      low: (Math.min(...part) * 0.999).toFixed(2),
      close: (part[0] ?? price).toFixed(2),
      count: 12,
    };
  });
}

export function sampleTrades(now: number, symbol: string): Trade[] {
  const groups: [string, string, boolean, number][] = [
    ["13", "2.5", true, 2],
    ["3", "0.5", true, 9],
    ["7", "40", false, 14],
    ["21", "1", true, 31],
  ];
  return groups.map(([group_id, quantity, valid, minutesOld]) => ({
    group_id,
    own: group_id === "3",
    symbol,
    quantity,
    valid,
    requested_at: new Date(now - minutesOld * MINUTE_MS - 400).toISOString(),
    validated_at: new Date(now - minutesOld * MINUTE_MS).toISOString(),
  }));
}

const DAY_MS = 86_400_000;

function sampleProjection(now: number): Projection {
  const chart = Array.from({ length: 21 }, (_, index) => {
    const middle = 181 + index;
    const spread = 4 + Math.abs(index - 10) * 0.35;
    return {
      at: new Date(now + (index - 10) * 3 * DAY_MS).toISOString(),
      price: middle.toFixed(2),
      low: (middle - spread).toFixed(2),
      high: (middle + spread).toFixed(2),
    };
  });
  return {
    kind: "projection",
    symbol: "AAPL",
    currency: "USD",
    quantity: "2.5",
    days: 30,
    from_at: chart[0]?.at ?? "",
    asked_at: new Date(now).toISOString(),
    target_at: chart.at(-1)?.at ?? "",
    prices: 8640,
    per_day: "0.333333",
    raw_price: "201.00",
    standard_error: "3.83",
    low: "193.50",
    high: "208.50",
    purchases: 52,
    weight: "1.14",
    weighted_price: "229.14",
    latest_price: "190.23",
    latest_price_at: new Date(now - MINUTE_MS).toISOString(),
    expected_value: "572.85",
    expected_gain: "97.27",
    chart,
  };
}

function sampleHistory(now: number): PortfolioHistory {
  return {
    kind: "portfolio_history",
    currency: "USD",
    days: Array.from({ length: 31 }, (_, index) => {
      const cash = 1325.25 + (index < 12 ? 428.13 : 0);
      const holdings = 500 + index * 16 + Math.sin(index) * 30;
      return {
        day: new Date(now - (30 - index) * DAY_MS).toISOString().slice(0, 10),
        cash: cash.toFixed(2),
        holdings: index === 0 ? null : holdings.toFixed(2),
        total: index === 0 ? null : (cash + holdings).toFixed(2),
      };
    }),
  };
}

/** A job of each state, and the portfolio's history. */
export function sampleJobs(now: number): JobWithResult[] {
  const job = (
    minutesOld: number,
    state: JobWithResult["state"],
    question: JobWithResult["question"],
    rest: Partial<JobWithResult> = {},
  ): JobWithResult => ({
    job_id: `2b9a7c64-1f0e-5c0e-8e0b-${String(minutesOld).padStart(12, "0")}`,
    kind: "projection",
    question,
    state,
    created_at: new Date(now - minutesOld * MINUTE_MS).toISOString(),
    started_at: null,
    ended_at: null,
    reason: null,
    result: null,
    ...rest,
  });
  return [
    job(0, "running", { symbol: "MSFT", days: 90, quantity: "1" }),
    job(
      3,
      "finished",
      { symbol: "AAPL", days: 30, quantity: "2.5" },
      { result: sampleProjection(now) },
    ),
    job(
      20,
      "failed",
      { symbol: "LTM", days: 7, quantity: "1000" },
      {
        reason: {
          code: "not_enough_history",
          message: "",
          retry_at: new Date(now + 9 * MINUTE_MS).toISOString(),
        },
      },
    ),
    job(40, "finished", { days: 30 }, { kind: "portfolio_history", result: sampleHistory(now) }),
  ];
}

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
    sent_at: sample.state === "PENDING" ? null : at(0.6),
    ended_at: isEnded ? at(1.4) : null,
    reason: null,
    released: isReturned ? sample.cost : null,
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
};

/** The ledger of the sample orders, newest first. */
export function samplePostings(now: number): Posting[] {
  const moved = (
    minutesOld: number,
    kind: Posting["kind"],
    available: string,
    held: string,
    symbol: string | null = null,
  ): Posting => ({
    posting_id: `${kind}-${minutesOld}`,
    kind,
    available,
    held,
    currency: "USD",
    order_id: symbol && `be0e538d-c983-43e8-957b-39174${String(minutesOld).padStart(7, "0")}`,
    symbol,
    recorded_at: new Date(now - minutesOld * MINUTE_MS).toISOString(),
  });
  return [
    moved(0, "HOLD", "-100.00", "100.00", "AAPL"),
    moved(1, "HOLD", "-93.65", "93.65", "MSFT"),
    moved(34, "HOLD", "-102.14", "102.14", "SQM"),
    moved(190, "SPEND", "0.00", "-95.12", "AAPL"),
    moved(191, "HOLD", "-95.12", "95.12", "AAPL"),
    moved(200, "RELEASE", "18.52", "-18.52", "LTM"),
    moved(201, "HOLD", "-18.52", "18.52", "LTM"),
    moved(300, "DEPOSIT", "500.00", "0.00"),
  ];
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
    allocation: allocation ?? null,
  });
  return {
    currency: "USD",
    cost: "974.75",
    value: "991.48",
    gain: "16.73",
    gain_percent: "1.72",
    day_change: "4.95",
    positions: [
      held(
        ["AAPL", "Apple Inc.", "0.5", "190.24", "95.12", "190.23"],
        ["95.12", "0.00", "0.00", "1.21", "0.0959"],
      ),
      held(
        ["AMZN", "Amazon.com, Inc.", "3", "142.71", "428.13", "142.71"],
        ["428.13", "0.00", "0.00", "-2.67", "0.4318"],
      ),
      held(
        ["MSFT", "Microsoft Corporation", "1.25", "361.2", "451.50", "374.58"],
        ["468.23", "16.73", "3.71", "6.41", "0.4723"],
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
};

function unsignedJwt(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part(claims)}.`;
}

/** What Amplify leaves in localStorage after a sign-in; the token convinces the browser, never the API. */
export function storedSession(
  clientId: string,
  email: string,
  lifeSeconds: number,
): Record<string, string> {
  const prefix = `CognitoIdentityServiceProvider.${clientId}`;
  const exp = Math.floor(Date.now() / 1000) + lifeSeconds;
  return {
    [`${prefix}.LastAuthUser`]: "an-account",
    [`${prefix}.an-account.accessToken`]: unsignedJwt({ sub: "an-account", exp }),
    [`${prefix}.an-account.idToken`]: unsignedJwt({ sub: "an-account", email, exp }),
    [`${prefix}.an-account.refreshToken`]: "a-refresh-token",
  };
}
