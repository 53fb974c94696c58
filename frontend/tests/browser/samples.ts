/** A board, its history, and a stored session to show screens with. */
import type { Candle, Price, Stock, Trade } from "../../src/api/stocks.ts";

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
    previous_close: null,
    previous_close_at: null,
    market_day: new Date(now).toISOString().slice(0, 10),
    open: price,
    high: price,
    low: price,
    observed_at: new Date(now - minutesOld * MINUTE_MS).toISOString(),
    source: null,
    trend: sampleTrend(now, price, change?.[0] ?? "0"),
    version: 1,
  }));
}

/** A day's way to a price, as the board's sparkline draws it. */
function sampleTrend(now: number, price: string, change: string): Stock["trend"] {
  const start = Number(price) - Number(change);
  const hours = Array.from({ length: 23 }, (_, hour) => {
    const way = start + (Number(change) * hour) / 23;
    return (way * (1 + Math.sin(hour * 1.7) * 0.004)).toFixed(6);
  });
  return [...hours, price].map((shown, hour) => ({
    at: new Date(now - (23 - hour) * 60 * MINUTE_MS).toISOString(),
    price: shown,
  }));
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
      volume: null,
      purchases: null,
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
