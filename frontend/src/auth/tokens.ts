/**
 * Reads the tokens that Amplify keeps in the browser's storage, without loading Amplify: a returning
 * reader sees prices before its code has arrived. Only reads; Amplify alone writes, refreshes, removes.
 */

export interface StoredTokens {
  accessToken: string;
  expiresAtMs: number;
  email: string | null;
  isEmailVerified: boolean;
}

// A token about to end could end on its way.
const SPARE_MS = 60_000;
const PREFIX = "CognitoIdentityServiceProvider";

export function isTokenKey(key: string | null): boolean {
  return key === null || key.startsWith(PREFIX);
}

/** The claims of a JWT; null for what is none. Not verified: that is the API's part. */
export function claims(token: string): Record<string, unknown> | null {
  try {
    const body = token.split(".")[1] ?? "";
    const bytes = Uint8Array.from(atob(body.replace(/-/g, "+").replace(/_/g, "/")), (c) =>
      c.charCodeAt(0),
    );
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : null;
  } catch {
    return null;
  }
}

export function storedTokens(
  storage: Pick<Storage, "getItem">,
  clientId: string,
): StoredTokens | null {
  const user = storage.getItem(`${PREFIX}.${clientId}.LastAuthUser`);
  if (!user) return null;
  const item = (name: string) => storage.getItem(`${PREFIX}.${clientId}.${user}.${name}`);
  const accessToken = item("accessToken");
  const expiry = accessToken && claims(accessToken)?.exp;
  if (!accessToken || typeof expiry !== "number") return null;
  const driftMs = Number.parseInt(item("clockDrift") ?? "0", 10) || 0;
  const who = claims(item("idToken") ?? "");
  const email = who?.email;
  return {
    accessToken,
    expiresAtMs: expiry * 1000 - driftMs,
    email: typeof email === "string" ? email : null,
    isEmailVerified: who?.email_verified === true,
  };
}

export function isUsable(stored: StoredTokens | null, nowMs: number): stored is StoredTokens {
  return stored !== null && stored.expiresAtMs - SPARE_MS > nowMs;
}
