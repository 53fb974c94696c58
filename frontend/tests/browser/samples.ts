/** A board and a stored session to show screens with. */
import type { Stock } from "../../src/api/stocks.ts";

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
