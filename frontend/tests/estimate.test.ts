import { describe, expect, test } from "vitest";
import { costOf, minus, percentOf, raised, sharesFor } from "../src/money/decimals";
import { estimate as estimateIn, type Unit } from "../src/purchase/estimate";

describe("the preview reckons as the server does", () => {
  test("price times quantity, rounded half up to the cent, once", () => {
    expect(costOf("190.23", "0.5")).toBe("95.12");
    expect(costOf("0.015", "1")).toBe("0.02");
    expect(costOf("0.1", "0.3")).toBe("0.03");
    expect(costOf("999999999.999999", "999999999.999999")).toBe("999999999999998000.00");
  });

  test("an amount buys the most shares that cost no more, in steps of six decimals", () => {
    expect(sharesFor("100", "190.23")).toBe("0.525679");
    expect(sharesFor("100", "3")).toBe("33.333333");
    expect(sharesFor("10", "0.5")).toBe("20");
    expect(sharesFor("0.01", "1000000")).toBe("0");
  });

  test("parts, differences and the highest price are exact", () => {
    expect(percentOf("1029.47", 25)).toBe("257.36");
    expect(minus("0.30", "0.10")).toBe("0.20");
    expect(raised("190.23", 1)).toBe("192.1323");
    expect(raised("0.018523", 1)).toBe("0.018708");
  });
});

/** As a reader of Spanish types it. */
function estimate(
  text: string,
  unit: Unit,
  price: string,
  available: string | null,
  maxQuantity: string | null,
) {
  return estimateIn(text, unit, price, available, maxQuantity, "es-CL");
}

describe("an estimate", () => {
  test("by amount tells shares, cost and what is left", () => {
    expect(estimate("100", "amount", "190.23", "1000.00", null)).toEqual({
      estimate: { value: "100", quantity: "0.525679", cost: "100.00", left: "900.00" },
      fault: null,
    });
  });

  test("by shares keeps every decimal", () => {
    const found = estimate("0,000123", "shares", "374.58", "10.00", null);
    expect(found.estimate).toMatchObject({ quantity: "0.000123", cost: "0.05", left: "9.95" });
  });

  test("without a wallet does not know what is left, and does not guess", () => {
    const found = estimate("5", "shares", "10", null, null);
    expect(found).toMatchObject({ fault: null, estimate: { cost: "50.00", left: null } });
  });

  test.each([
    ["1.000,01", "amount", "insufficient"],
    ["11", "shares", "insufficient"],
    ["0,000001", "shares", "too_small"],
    ["2000000000", "shares", "too_many"],
    ["1,5x", "amount", "not_a_number"],
  ] as const)("of %s by %s is at fault: %s", (text, unit, fault) => {
    expect(estimate(text, unit, "100", "1000.00", "1000000000").fault).toBe(fault);
  });
});
