import { describe, expect, test } from "vitest";
import { search, sorted } from "../src/api/stocks";
import { pathOf } from "../src/ui/sparkline";
import { sampleBoard } from "./browser/samples";

describe("searching the board", () => {
  const found = (query: string) => search(sampleBoard(0), query).map((stock) => stock.symbol);

  test("finds by symbol and by part of the name, whatever the case", () => {
    expect(found("aapl")).toEqual(["AAPL"]);
    expect(found("MICRO")).toEqual(["MSFT"]);
  });

  test("does not mind accents, nor the order of words", () => {
    expect(found("quimica")).toEqual(["SQM"]);
    expect(found("minera sociedad")).toEqual(["SQM"]);
  });

  test("for nothing finds everything, and for nonsense nothing", () => {
    expect(found("  ")).toHaveLength(9);
    expect(found("zzz")).toEqual([]);
  });
});

describe("sorting the board", () => {
  const board = sampleBoard(0);
  const symbols = (...args: Parameters<typeof sorted>) =>
    sorted(...args).map((stock) => stock.symbol);

  test("by price compares numbers, not texts", () => {
    expect(symbols(board, "price", true, new Set()).slice(0, 3)).toEqual(["FB", "NFLX", "MSFT"]);
    expect(symbols(board, "price", false, new Set())[0]).toBe("LTM");
  });

  test("by change puts what is not known last, either way", () => {
    for (const isDescending of [true, false])
      expect(symbols(board, "change", isDescending, new Set()).at(-1)).toBe("LTM");
    expect(symbols(board, "change", true, new Set())[0]).toBe("MSFT");
    expect(symbols(board, "change", false, new Set())[0]).toBe("NFLX");
  });

  test("keeps starred companies on top", () => {
    expect(symbols(board, "symbol", false, new Set(["SQM", "IBM"])).slice(0, 3)).toEqual([
      "IBM",
      "SQM",
      "AAPL",
    ]);
  });
});

/** Prices, an hour apart. */
const points = (...prices: string[]) =>
  prices.map((price, hour) => ({ at: new Date(hour * 3_600_000).toISOString(), price }));

describe("a sparkline", () => {
  test("goes from left to right, the highest price on top and the lowest at the bottom", () => {
    expect(pathOf(points("1", "3", "2"))).toBe("M2.0 22.0L36.0 2.0L70.0 12.0");
  });

  test("of a price that stood still is level", () => {
    expect(pathOf(points("5", "5"))).toBe("M2.0 22.0L70.0 22.0");
  });
});
