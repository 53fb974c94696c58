import { describe, expect, test } from "vitest";
import { direction, money, percent, signed, UNKNOWN } from "../src/format/numbers";

describe("money", () => {
  test("is written as Chileans write it, and as English readers do", () => {
    expect(money("1234.5", "USD", "es-CL")).toBe("US$1.234,50");
    expect(money("1234.5", "USD", "en-US")).toBe("$1,234.50");
  });

  test("keeps every digit of an amount that no float can hold", () => {
    expect(money("90071992547409931.123457", "USD", "en-US")).toBe(
      "$90,071,992,547,409,931.123457",
    );
    expect(money("0.018523", "USD", "es-CL")).toBe("US$0,018523");
  });

  test.each([null, undefined, "", "NaN", "1e3", "1,5", " 1", "--1"])(
    "shows %j as unknown, never as zero",
    (amount) => {
      expect(money(amount, "USD", "es-CL")).toBe(UNKNOWN);
    },
  );

  test("shows a real zero as zero", () => {
    expect(money("0.00", "USD", "es-CL")).toBe("US$0,00");
  });
});

describe("a change", () => {
  test("carries its sign in both directions and none when there is none", () => {
    expect(signed("2.41", "es-CL")).toBe("+2,41");
    expect(signed("-0.89", "en-US")).toBe("-0.89");
    expect(signed("0.00", "en-US")).toBe("0.00");
    expect(signed(null, "es-CL")).toBe(UNKNOWN);
  });

  test.each([
    ["2.41", "up"],
    ["-0.000001", "down"],
    ["0", "flat"],
    ["-0.00", "flat"],
    [null, null],
    ["much", null],
  ] as const)("of %j goes %j", (change, expected) => {
    expect(direction(change)).toBe(expected);
  });

  test("in percent keeps the API's digits and says its sign", () => {
    expect(percent("10", "es-CL")).toBe("+10,00%");
    expect(percent("-0.66", "en-US")).toBe("-0.66%");
    expect(percent("0.00", "en-US")).toBe("0.00%");
    expect(percent("123456.78", "es-CL")).toBe("+123.456,78%");
    expect(percent(null, "es-CL")).toBe(UNKNOWN);
  });
});
