import { describe, expect, test } from "vitest";
import {
  direction,
  money,
  percent,
  portion,
  roundedPrice,
  shares,
  signed,
  signedMoney,
  UNKNOWN,
} from "../src/format/numbers";

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

  test("that is owed has its sign before the currency, and nothing has none", () => {
    expect(money("-2132.35", "USD", "es-CL")).toBe("-US$2.132,35");
    expect(money("-784", "USD", "en-US")).toBe("-$784.00");
    expect(money("-0.00", "USD", "es-CL")).toBe("US$0,00");
    expect(roundedPrice("-784", "USD", "es-CL")).toBe("-US$784,00");
  });

  test("shows a real zero as zero", () => {
    expect(money("0.00", "USD", "es-CL")).toBe("US$0,00");
  });
});

describe("a price at a glance", () => {
  test("has two decimals, rounded half up, from one unit on", () => {
    expect(roundedPrice("583.041219", "USD", "es-CL")).toBe("US$583,04");
    expect(roundedPrice("1312.205", "USD", "en-US")).toBe("$1,312.21");
    expect(roundedPrice("463", "USD", "es-CL")).toBe("US$463,00");
    expect(roundedPrice("1.005", "USD", "en-US")).toBe("$1.01");
  });

  test("keeps the decimals of what costs less than a unit", () => {
    expect(roundedPrice("0.018523", "USD", "es-CL")).toBe("US$0,018523");
    expect(roundedPrice("0.5", "USD", "en-US")).toBe("$0.5000");
    expect(roundedPrice("0.99999949", "USD", "en-US")).toBe("$0.999999");
  });

  test("is unknown when it is none", () => {
    expect(roundedPrice(null, "USD", "es-CL")).toBe(UNKNOWN);
  });
});

describe("a change", () => {
  test("carries its sign in both directions and none when there is none", () => {
    expect(signed("2.41", "190.23", "es-CL")).toBe("+2,41");
    expect(signed("-0.89", "142.71", "en-US")).toBe("-0.89");
    expect(signed("0.00", "138.5", "en-US")).toBe("0.00");
    expect(signed(null, "138.5", "es-CL")).toBe(UNKNOWN);
  });

  test("is as fine as its price is shown", () => {
    expect(signed("44.266239", "583.041219", "es-CL")).toBe("+44,27");
    expect(signed("-0.012666", "0.418317", "es-CL")).toBe("-0,012666");
  });

  test("too small for two decimals is shown with more, not as none", () => {
    expect(signed("-0.004", "12.50", "en-US")).toBe("-0.004");
    expect(signed("0.000001", "12.50", "es-CL")).toBe("+0,000001");
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

describe("a movement of money", () => {
  test("carries its sign before the currency, in both languages", () => {
    expect(signedMoney("1234.50", "USD", "es-CL")).toBe("+US$1.234,50");
    expect(signedMoney("-94.75", "USD", "es-CL")).toBe("-US$94,75");
    expect(signedMoney("-94.75", "USD", "en-US")).toBe("-$94.75");
    expect(signedMoney("0.00", "USD", "en-US")).toBe("$0.00");
    expect(signedMoney(null, "USD", "es-CL")).toBe(UNKNOWN);
  });
});

test("shares keep all their decimals, and a part of a whole is in percent", () => {
  expect(shares("1000.000001", "es-CL")).toBe("1.000,000001");
  expect(shares("0.5", "en-US")).toBe("0.5");
  expect(shares(null, "en-US")).toBe(UNKNOWN);
  expect(portion("0.4723", "es-CL")).toMatch(/^47,2\s?%$/);
  expect(portion(null, "es-CL")).toBe(UNKNOWN);
});
