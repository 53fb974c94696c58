/** Buying through a network that fails: against a pretended API that counts what was really placed. */
import { beforeEach, describe, expect, test } from "vitest";
import type { Api } from "../src/api/client";
import { place, settle } from "../src/purchase/place";
import type { Purchase } from "../src/purchase/purchase";
import { sampleOrder } from "./browser/account-samples";

const ORDER = sampleOrder(0, 0, {
  state: "PENDING",
  symbol: "AAPL",
  quantity: "0.5",
  price: "190.23",
  cost: "95.12",
});
const PURCHASE: Purchase = {
  key: "0b6f3b1e-6a1f-4c1e-9a53-3b6a2f0f9e22",
  email: "ana@ejemplo.cl",
  symbol: "AAPL",
  quantity: "0.5",
  max_price: "192.1323",
  shown: { price: "190.23", currency: "USD", quantity: "0.5", cost: "95.12" },
  isSent: false,
};

type Fate = "answered" | "lost on the way" | "answer lost" | number;

let placed: Set<string>;
let calls: string[];

beforeEach(() => {
  placed = new Set();
  calls = [];
});

function answer(status: number, body: unknown) {
  const response = { ok: status < 400, status } as Response;
  return response.ok ? { data: body, response } : { error: body, response };
}

/** Meets each call with the next fate; after the last one everything is answered. */
function api(...fates: Fate[]): Api {
  const meet = (call: string, arrive: () => ReturnType<typeof answer>) => {
    calls.push(call);
    const fate = fates.shift() ?? "answered";
    if (fate === "lost on the way") throw new TypeError("Failed to fetch");
    if (typeof fate === "number") return answer(fate, { code: "some_code" });
    const answered = arrive();
    if (fate === "answer lost") throw new TypeError("Failed to fetch");
    return answered;
  };
  return {
    GET: async (_path: string, { params }: { params: { query: { key: string } } }) =>
      meet("look", () =>
        answer(200, { items: placed.has(params.query.key) ? [ORDER] : [], next_cursor: null }),
      ),
    POST: async (
      _path: string,
      { params }: { params: { header: { "Idempotency-Key": string } } },
    ) =>
      meet("send", () => {
        placed.add(params.header["Idempotency-Key"]);
        return answer(202, ORDER);
      }),
  } as unknown as Api;
}

describe("a purchase", () => {
  test("is sent once when all is well", async () => {
    expect(await place(api(), PURCHASE)).toEqual({ kind: "placed", order: ORDER });
    expect(calls).toEqual(["send"]);
  });

  test("whose answer was lost is found, not sent again", async () => {
    expect(await place(api("answer lost"), PURCHASE)).toEqual({ kind: "placed", order: ORDER });
    expect(calls).toEqual(["send", "look"]);
    expect(placed.size).toBe(1);
  });

  test("that never arrived is looked for, and then sent again under the same key", async () => {
    expect((await place(api("lost on the way"), PURCHASE)).kind).toBe("placed");
    expect(calls).toEqual(["send", "look", "send"]);
    expect([...placed]).toEqual([PURCHASE.key]);
  });

  test("is of unknown fate while nothing gets through, and settled later", async () => {
    expect(await place(api("answer lost", "lost on the way"), PURCHASE)).toEqual({
      kind: "unknown",
    });
    expect((await settle(api(), PURCHASE)).kind).toBe("placed");
    expect(calls).toEqual(["send", "look", "look"]);
    expect(placed.size).toBe(1);
  });

  test.each([409, 422, 404, 429])(
    "refused with %d was not placed, and nothing is looked for",
    async (status) => {
      expect(await place(api(status), PURCHASE)).toEqual({ kind: "refused", code: "some_code" });
      expect(calls).toEqual(["send"]);
    },
  );

  test.each([500, 503, 401])(
    "answered with %d may have been placed: it is looked for",
    async (status) => {
      expect((await place(api(status), PURCHASE)).kind).toBe("placed");
      expect(calls).toEqual(["send", "look", "send"]);
    },
  );
});
