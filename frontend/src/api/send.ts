/** One request with the reader's token; and what was asked for before there was a client to ask. */

/** A request that is not answered by then has failed; what it did is unknown. */
const PATIENCE_MS = 20_000;

/** By address. Each serves the first request that asks for the same. */
export type EarlyAnswers = Map<string, Promise<Response>>;

export function send(request: Request, token: string): Promise<Response> {
  const signed = request.clone();
  signed.headers.set("Authorization", `Bearer ${token}`);
  const signal = AbortSignal.any([request.signal, AbortSignal.timeout(PATIENCE_MS)]);
  return fetch(signed, { signal });
}

/** The answer to a GET that is already on its way; null where there is none. */
export function takeEarly(answers: EarlyAnswers, request: Request): Promise<Response> | null {
  if (request.method !== "GET") return null;
  const found = answers.get(request.url) ?? null;
  answers.delete(request.url);
  return found;
}
