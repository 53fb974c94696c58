import { describe, expect, test } from "vitest";
import { isOpen, type OrderState, pollEveryMs } from "../src/api/orders";
import { withBalances } from "../src/api/wallet";
import { es } from "../src/i18n/es";
import { stepsOf } from "../src/order/steps";
import { SAMPLE_WALLET, sampleOrder, samplePostings } from "./browser/account-samples";

const STATES: OrderState[] = ["PENDING", "SENT", "ACCEPTED", "REJECTED", "VOIDED"];
const NOW = Date.parse("2023-10-29T20:00:00Z");
const SAMPLE = { symbol: "AAPL", quantity: "0.5", price: "190.23", cost: "95.12" };
const orderIn = (state: OrderState) => sampleOrder(NOW, 3, { ...SAMPLE, state });

describe("an order's states", () => {
  test.each(STATES)("%s has a headline, a text and a chip", (state) => {
    for (const key of [`order.headline.${state}`, `order.text.${state}`, `state.${state}`])
      expect(es).toHaveProperty([key]);
  });

  test("say 'bought' only once the exchange has accepted", () => {
    for (const state of STATES) {
      const words = es[`order.headline.${state}`];
      expect(/compraste/i.test(words), state).toBe(state === "ACCEPTED");
    }
  });

  test.each([
    ["PENDING", ["PENDING done", "SENT current", "end todo"]],
    ["SENT", ["PENDING done", "SENT done", "end current"]],
    ["ACCEPTED", ["PENDING done", "SENT done", "ACCEPTED done"]],
    ["REJECTED", ["PENDING done", "SENT done", "REJECTED done"]],
    ["VOIDED", ["PENDING done", "SENT done", "VOIDED done"]],
  ] as const)("%s stands at %j", (state, steps) => {
    expect(stepsOf(orderIn(state)).map(({ name, stage }) => `${name} ${stage}`)).toEqual(steps);
  });

  test("a voided order that was never seen to be sent does not claim it was", () => {
    const steps = stepsOf({ ...orderIn("VOIDED"), sent_at: null });
    expect(steps.map(({ name }) => name)).toEqual(["PENDING", "VOIDED"]);
  });

  test("an answer that overtook the echo has no time of sending, and none is made up", () => {
    expect(stepsOf({ ...orderIn("ACCEPTED"), sent_at: null })[1]?.at).toBeNull();
  });
});

describe("polling", () => {
  const aged = (seconds: number) => ({
    ...orderIn("SENT"),
    created_at: new Date(NOW - seconds * 1000).toISOString(),
  });

  test("is quick at first, slower later, and never stops while the order is open", () => {
    const delays = [1, 60, 600, 86_400].map((seconds) => pollEveryMs(aged(seconds), NOW));
    expect(delays).toEqual([700, 3000, 10_000, 30_000]);
  });

  test("stops at an end", () => {
    for (const state of STATES.filter((one) => !isOpen({ state: one })))
      expect(pollEveryMs(orderIn(state), NOW)).toBe(false);
    expect(pollEveryMs(undefined, NOW)).toBe(false);
  });
});

describe("the ledger's balances", () => {
  const pages = [{ items: samplePostings(NOW), next_cursor: null, wallet: SAMPLE_WALLET }];

  test("are walked back from the wallet", () => {
    const balances = withBalances(pages).map(({ balance }) => balance);
    expect(balances.slice(0, 4)).toEqual(["1029.46", "1129.46", "1223.11", "1325.25"]);
    expect(balances.at(-1)).toBe("1420.37");
  });

  test("go on over pages", () => {
    const items = samplePostings(NOW);
    const split = [
      { items: items.slice(0, 3), next_cursor: "3", wallet: SAMPLE_WALLET },
      { items: items.slice(3), next_cursor: null },
    ];
    expect(withBalances(split)).toEqual(withBalances(pages));
  });

  test("are unknown, not wrong, when the wallet did not stand still", () => {
    const moving = [{ items: samplePostings(NOW), next_cursor: null, wallet: null }];
    expect(new Set(withBalances(moving).map(({ balance }) => balance))).toEqual(new Set([null]));
  });
});
