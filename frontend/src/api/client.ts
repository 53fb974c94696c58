/** The API's client: types from our own OpenAPI file, the session's token on every call. */
import createClient from "openapi-fetch";
import type { Session } from "../auth/session";
import type { paths } from "./schema";
import { type EarlyAnswers, send, takeEarly } from "./send";

/** An answer other than success. `code` is what the API says to switch on; empty where it said nothing. */
export class ApiError extends Error {
  override name = "ApiError";
  constructor(
    readonly status: number,
    readonly code: string,
    readonly requestId: string | null,
  ) {
    super(`${status} ${code}`);
  }
}

export type Api = ReturnType<typeof createApi>;

export function createApi(baseUrl: string, session: Session, early: EarlyAnswers) {
  return createClient<paths, "application/json">({
    baseUrl,
    fetch: (request) => sendSigned(request, session, baseUrl, early),
  });
}

/** Sends with the stored token; when the gateway refuses it, once more with a new one. */
async function sendSigned(
  request: Request,
  session: Session,
  baseUrl: string,
  early: EarlyAnswers,
): Promise<Response> {
  const token = await session.token();
  const asked = takeEarly(early, request) ?? send(request, token);
  const first = await asked.catch((error: unknown) => refusal(error, request, baseUrl));
  if (first.status !== 401) return first;
  const second = await send(request, await session.token(token));
  if (second.status === 401) session.expire();
  return second;
}

/**
 * The gateway's own refusals carry no CORS headers: the browser hides them, as if the network had
 * failed. If the public heartbeat answers, the network is there, and a new token is worth a try. Only
 * for what may be sent twice; after a failed order the app looks before it sends again.
 */
async function refusal(error: unknown, request: Request, baseUrl: string): Promise<Response> {
  if (!(error instanceof TypeError) || request.method !== "GET") throw error;
  const heartbeat = await fetch(`${baseUrl}/heartbeat`, { signal: request.signal }).catch(
    () => null,
  );
  if (!heartbeat?.ok) throw error;
  return new Response(null, { status: 401 });
}

/** The data of an answer, or the error it stands for. */
export function unwrap<T>(answer: { data?: T; error?: unknown; response: Response }): T {
  if (answer.response.ok && answer.data !== undefined) return answer.data;
  const body = (answer.error ?? {}) as { code?: unknown; request_id?: unknown };
  throw new ApiError(
    answer.response.status,
    typeof body.code === "string" ? body.code : "",
    typeof body.request_id === "string" ? body.request_id : null,
  );
}

/** Worth asking again by itself: no answer at all, or a failure of the server's. */
export function isPassing(error: unknown): boolean {
  if (error instanceof ApiError) return error.status >= 500 || error.status === 429;
  return error instanceof TypeError;
}
