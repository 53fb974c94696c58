/** A board, its history, and a stored session to show screens with. */
import type { Candle, Price, Stock, Trade } from "../../src/api/stocks.ts";
import { boundsOf, dateOf } from "../../src/chart/days.ts";
import { HOUR_MS, MINUTE_MS } from "../../src/chart/grid.ts";
import { barsOf, decimals, MARKET_ZONE, ticksOf, type Walk, walkOf } from "./walks.ts";

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

/** The walk of a company whose latest price is the sample's. */
export function sampleWalk(now: number, symbol: string): Walk | undefined {
  const found = SAMPLES.find(([known]) => known === symbol);
  if (!found) return undefined;
  const [, , price, change, minutesOld] = found;
  const until = now - minutesOld * MINUTE_MS;
  // Of the company without a previous close, today's prices are the first.
  const age = change ? {} : { ageMs: 2 * HOUR_MS };
  return walkOf(symbol, Number(price), Number(change?.[0] ?? 0), until, age.ageMs);
}

export function sampleBoard(now: number): Stock[] {
  return SAMPLES.map(([symbol, name, price, change]) => {
    const walk = sampleWalk(now, symbol) as Walk;
    const day = dateOf(walk.until, MARKET_ZONE);
    const { from } = boundsOf(day, MARKET_ZONE);
    const [bar] = barsOf(walk, "1d", from, walk.until);
    const close = change ? (Number(price) - Number(change[0])).toFixed(6) : null;
    return {
      symbol,
      name,
      price,
      currency: "USD",
      change: change?.[0] ?? null,
      change_percent: change?.[1] ?? null,
      previous_close: close?.replace(/\.?0+$/, "") ?? null,
      previous_close_at: close && new Date(from - MINUTE_MS).toISOString(),
      market_day: day,
      open: bar?.open ?? price,
      high: largest(bar?.high, price),
      low: smallest(bar?.low, price),
      observed_at: new Date(walk.until).toISOString(),
      source: null,
      trend: sampleTrend(walk, from, price),
      version: 1,
    };
  });
}

const largest = (one = "0", other: string) => (Number(one) > Number(other) ? one : other);
const smallest = (one = "9e9", other: string) => (Number(one) < Number(other) ? one : other);

/** The day's first price, one of each hour, and the latest. */
function sampleTrend(walk: Walk, from: number, price: string) {
  const times = ticksOf(walk, from, walk.until);
  const hours = times.filter((time, index) => index === 0 || time % HOUR_MS < 5 * MINUTE_MS);
  const points = hours
    .filter((time) => time < walk.until)
    .map((time) => ({ at: new Date(time).toISOString(), price: decimals(walk.at(time)) }));
  return [...points, { at: new Date(walk.until).toISOString(), price }];
}

/** A company's history, newest first. */
export function samplePrices(now: number, symbol: string, days: number): Price[] {
  const walk = sampleWalk(now, symbol);
  if (!walk) return [];
  return ticksOf(walk, now - days * 24 * HOUR_MS, now)
    .reverse()
    .map((time) => ({
      price: decimals(walk.at(time)),
      currency: "USD",
      observed_at: new Date(time).toISOString(),
      source: "Nasdaq Real Time Price",
    }));
}

/** Candles newest first, made of the same walk. */
export function sampleCandles(
  now: number,
  symbol: string,
  interval: string,
  from: number,
  until: number,
): Candle[] {
  const walk = sampleWalk(now, symbol);
  return walk ? barsOf(walk, interval, from, until) : [];
}

/** What groups bought, newest first: a few of the last hour, and a row of earlier ones. */
export function sampleTrades(now: number, symbol: string): Trade[] {
  const latest: [string, string, boolean, number][] = [
    ["13", "2.5", true, 2],
    ["3", "0.5", true, 9],
    ["7", "40", false, 14],
    ["21", "1", true, 31],
  ];
  const earlier = Array.from({ length: 60 }, (_, index): [string, string, boolean, number] => {
    const minutes = 55 + index * 47 + ((index * 37) % 29);
    return [String(1 + ((index * 7) % 24)), String(1 + ((index * 13) % 9)), index % 6 > 0, minutes];
  });
  return [...latest, ...earlier].map(([group_id, quantity, valid, minutesOld]) => ({
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
