import { afterEach, describe, expect, test, vi } from "vitest";
import type { Api } from "../src/api/client";
import { confirmed, NotReady, receiptUrl } from "../src/receipt/receipt";

const READY = { number: "20261124-7KQ4-M2XD-9PTB", url: "https://bucket/x.pdf", expires_at: "" };
const PREPARING = { state: "preparing" };

/** An API that gives these answers, the last one for ever. */
function apiOf(...answers: [number, unknown][]) {
  const asked: unknown[] = [];
  const GET = async (path: string, options: unknown) => {
    asked.push([path, options]);
    const [status, body] = answers[Math.min(asked.length, answers.length) - 1] ?? [500, {}];
    const response = new Response(null, { status });
    return response.ok ? { data: body, response } : { error: body, response };
  };
  return { api: { GET } as unknown as Api, asked };
}

const pause = async () => undefined;

describe("the receipt's address", () => {
  test.each([
    ["es-CL", "es"],
    ["en-US", "en"],
  ] as const)("is asked for in the reader's language: %s", async (locale, language) => {
    const { api, asked } = apiOf([200, READY]);
    expect(await receiptUrl(api, "o", locale as never, pause)).toBe(READY.url);
    expect(asked).toEqual([
      ["/orders/{order_id}/receipt", { params: { path: { order_id: "o" }, query: { language } } }],
    ]);
  });

  test("is asked for again while the receipt is being made", async () => {
    const { api, asked } = apiOf([202, PREPARING], [202, PREPARING], [200, READY]);
    expect(await receiptUrl(api, "o", "es-CL" as never, pause)).toBe(READY.url);
    expect(asked).toHaveLength(3);
  });

  test("is given up after a while, and says so", async () => {
    const { api } = apiOf([202, PREPARING]);
    await expect(receiptUrl(api, "o", "es-CL" as never, pause)).rejects.toBeInstanceOf(NotReady);
  });

  test("of an order that was not accepted is refused", async () => {
    const { api } = apiOf([409, { code: "not_accepted" }]);
    await expect(receiptUrl(api, "o", "es-CL" as never, pause)).rejects.toMatchObject({
      code: "not_accepted",
    });
  });
});

describe("whether a receipt is genuine", () => {
  afterEach(() => vi.unstubAllGlobals());
  const answer = (status: number, body: unknown) => {
    const fetch = vi.fn(async (_: string) => new Response(JSON.stringify(body), { status }));
    vi.stubGlobal("fetch", fetch);
    return fetch;
  };

  test("is asked with number and code, and no token", async () => {
    const found = { number: READY.number, total: "286.89", currency: "USD" };
    const fetch = answer(200, found);
    expect(await confirmed("https://api", READY.number, "A B&C")).toEqual(found);
    expect(fetch.mock.calls).toEqual([[`https://api/receipts/${READY.number}?code=A+B%26C`]]);
  });

  test("no is an answer, a failure is none", async () => {
    answer(404, {});
    expect(await confirmed("https://api", "x", "y")).toBeNull();
    answer(503, {});
    await expect(confirmed("https://api", "x", "y")).rejects.toMatchObject({ status: 503 });
  });
});
