/** A board and a stored session to show screens with. */
import type { Stock } from "../../src/api/stocks.ts";

const MINUTE_MS = 60_000;

function stock(symbol: string, name: string, price: string, change: string | null, minutesOld: number, now: number): Stock {
  const observed_at = new Date(now - minutesOld * MINUTE_MS).toISOString();
  return { symbol, name, price, currency: "USD", change, observed_at };
}

export function sampleBoard(now: number): Stock[] {
  return [
    stock("AAPL", "Apple Inc.", "190.23", "2.41", 1, now),
    stock("AMZN", "Amazon.com, Inc.", "142.71", "-0.89", 1, now),
    stock("FB", "Meta Platforms, Inc.", "1312.205", "14.6", 1, now),
    stock("GOOG", "Alphabet Inc.", "138.5", "0.00", 1, now),
    stock("IBM", "International Business Machines Corporation", "158.114", "-3.2", 6, now),
    stock("LTM", "LATAM Airlines Group S.A.", "0.018523", null, 1, now),
    stock("MSFT", "Microsoft Corporation", "374.58", "5.12", 1, now),
    stock("NFLX", "Netflix, Inc.", "463", "-11.0374", 190, now),
    stock("SQM", "Sociedad Química y Minera de Chile S.A.", "51.07", "0.33", 1, now),
  ];
}

function unsignedJwt(claims: Record<string, unknown>): string {
  const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part(claims)}.`;
}

/** What Amplify leaves in localStorage after a sign-in; the token convinces the browser, never the API. */
export function storedSession(clientId: string, email: string, lifeSeconds: number): Record<string, string> {
  const prefix = `CognitoIdentityServiceProvider.${clientId}`;
  const exp = Math.floor(Date.now() / 1000) + lifeSeconds;
  return {
    [`${prefix}.LastAuthUser`]: "an-account",
    [`${prefix}.an-account.accessToken`]: unsignedJwt({ sub: "an-account", exp }),
    [`${prefix}.an-account.idToken`]: unsignedJwt({ sub: "an-account", email, exp }),
    [`${prefix}.an-account.refreshToken`]: "a-refresh-token",
  };
}
