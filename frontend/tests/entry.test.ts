import { describe, expect, test } from "vitest";
import { readEntry, typed } from "../src/money/entry";

describe("what is typed as money in Spanish", () => {
  test.each([
    ["100", "100"],
    ["250,5", "250.5"],
    ["250.50", "250.5"],
    ["0,01", "0.01"],
    [",5", "0.5"],
    ["5,", "5"],
    ["1.234,5", "1234.5"],
    ["1.000", "1000"],
    ["1.500", "1500"],
    ["0.50", "0.5"],
    ["12.345.678", "12345678"],
    ["12.345.678,9", "12345678.9"],
    ["US$ 1.000,00", "1000"],
    ["007", "7"],
    ["9007199254740.25", "9007199254740.25"],
  ])("%j is %s", (text, value) => {
    expect(readEntry(text, 2, "es-CL")).toEqual({ value, fault: null });
  });

  test.each([
    ["", "empty"],
    ["  ", "empty"],
    ["cien", "not_a_number"],
    ["-5", "not_a_number"],
    ["1e3", "not_a_number"],
    ["1.23.4", "not_a_number"],
    ["1,2,3.4", "not_a_number"],
    ["1,234.5", "not_a_number"],
    ["1.234,5.6", "not_a_number"],
    [".", "not_a_number"],
    ["0", "zero"],
    ["0,00", "zero"],
    ["0,001", "too_many_decimals"],
    ["1,2345", "too_many_decimals"],
    ["1,500", null],
  ])("%j is at fault: %s", (text, fault) => {
    expect(readEntry(text, 2, "es-CL").fault).toBe(fault);
  });
});

describe("a thousands separator is never taken for a decimal point", () => {
  test.each([
    ["es-CL", "1.500", "1500"],
    ["es-CL", "1,500", "1.5"],
    ["es-CL", "1.5", "1.5"],
    ["es-CL", "0.500", "0.5"],
    ["es-CL", "1.000,5", "1000.5"],
    ["en-US", "1,500", "1500"],
    ["en-US", "1.500", "1.5"],
    ["en-US", "1,5", "1.5"],
    ["en-US", "1,000.5", "1000.5"],
  ])("shares in %s: %j is %s", (locale, text, value) => {
    expect(readEntry(text, 6, locale).value).toBe(value);
  });

  test("shares have at most six decimals", () => {
    expect(readEntry("0,000001", 6, "es-CL").value).toBe("0.000001");
    expect(readEntry("0,0000001", 6, "es-CL").fault).toBe("too_many_decimals");
  });
});

test("a chosen amount is written as the reader would type it, and read back as itself", () => {
  expect(typed("1029.46", "es-CL")).toBe("1029,46");
  expect(typed("1029.46", "en-US")).toBe("1029.46");
  for (const locale of ["es-CL", "en-US"])
    expect(readEntry(typed("1029.46", locale), 2, locale).value).toBe("1029.46");
});
