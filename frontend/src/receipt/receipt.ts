/** The receipt of an accepted order: asked for until it is ready; and whether one is genuine. */
import { type Api, ApiError, unwrap } from "../api/client";
import type { Locale } from "../i18n/locale";

const ATTEMPTS = 15;
const WAIT_MS = 2_000;

/** A receipt that was asked for and is still being made. */
export class NotReady extends Error {}

export type Sleep = (ms: number) => Promise<unknown>;
const sleep: Sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

/** Address of the PDF in the reader's language; it lives for minutes, so it is asked for when wanted. */
export async function receiptUrl(
  api: Api,
  orderId: string,
  locale: Locale,
  pause: Sleep = sleep,
): Promise<string> {
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    if (attempt > 0) await pause(WAIT_MS);
    const answer = await api.GET("/orders/{order_id}/receipt", {
      params: {
        path: { order_id: orderId },
        query: { language: locale.startsWith("es") ? "es" : "en" },
      },
    });
    const body = unwrap(answer);
    if ("url" in body) return body.url;
  }
  throw new NotReady();
}

export interface Genuine {
  number: string;
  total: string;
  currency: string;
}

/** What the API says of a number and a code; null where no receipt of ours has both. */
export async function confirmed(
  apiUrl: string,
  number: string,
  code: string,
): Promise<Genuine | null> {
  const query = new URLSearchParams({ code });
  const response = await fetch(`${apiUrl}/receipts/${encodeURIComponent(number)}?${query}`);
  if (response.status === 404) return null;
  if (!response.ok) throw new ApiError(response.status, "", null);
  return (await response.json()) as Genuine;
}
