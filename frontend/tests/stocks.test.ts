import { describe, expect, test } from "vitest";
import { type BoardOrder, search, sorted } from "../src/api/stocks";
import { positionIn } from "../src/market/day-range";
import { inTab, readView, sortingOf, type Tab, writeView } from "../src/market/view";
import { wayOf } from "../src/ui/sparkline";
import { sampleBoard } from "./browser/samples";

const NOW = Date.parse("2026-11-25T18:00:00Z");

describe("searching the board", () => {
  const found = (query: string) => search(sampleBoard(NOW), query).map((stock) => stock.symbol);

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

describe("searching by another name", () => {
  test.each([
    ["google", "GOOG"],
    ["meta", "FB"],
    ["Facebook", "FB"],
    ["litio", "SQM"],
  ])("%s finds %s", (query, symbol) => {
    expect(search(sampleBoard(NOW), query).map((stock) => stock.symbol)).toEqual([symbol]);
  });
});

describe("sorting the board", () => {
  const board = sampleBoard(NOW);
  const symbols = (order: BoardOrder, isDescending: boolean) =>
    sorted(board, { order, isDescending }).map((stock) => stock.symbol);

  test("by price compares numbers, not texts", () => {
    expect(symbols("price", true).slice(0, 3)).toEqual(["FB", "NFLX", "MSFT"]);
    expect(symbols("price", false)[0]).toBe("LTM");
  });

  test("by change puts what is not known last, either way", () => {
    for (const isDescending of [true, false])
      expect(symbols("change", isDescending).at(-1)).toBe("LTM");
    expect(symbols("change", true)[0]).toBe("MSFT");
    expect(symbols("change", false)[0]).toBe("NFLX");
  });
});

describe("the view of the board", () => {
  test("is read from the address as it was written there", () => {
    const view = {
      tab: "rising",
      sorting: { order: "price", isDescending: true },
      query: "banco & co",
    } as const;
    expect(readView(writeView(view))).toEqual(view);
    expect(writeView({ tab: "all", sorting: null, query: "" })).toBe("");
  });

  test("is the usual one where the address makes no sense", () => {
    expect(readView("tab=nothing&sort=-colour")).toEqual({ tab: "all", sorting: null, query: "" });
  });

  test("of what rises is led by what rises most", () => {
    const view = { tab: "rising", sorting: null, query: "" } as const;
    const rising = sorted(inTab(sampleBoard(NOW), "rising", new Set(), new Set()), sortingOf(view));
    expect(rising.map(({ symbol }) => symbol)).toEqual(["MSFT", "AAPL", "FB", "SQM"]);
  });

  test("of favourites and of one's own holds those only", () => {
    const [starred, owned] = [new Set(["SQM"]), new Set(["AAPL", "MSFT"])];
    const symbols = (tab: Tab) =>
      inTab(sampleBoard(NOW), tab, starred, owned).map(({ symbol }) => symbol);
    expect(symbols("favourites")).toEqual(["SQM"]);
    expect(symbols("mine")).toEqual(["AAPL", "MSFT"]);
    expect(symbols("falling")).toEqual(["AMZN", "IBM", "NFLX"]);
  });
});

describe("a sparkline", () => {
  const at = (minutes: number, price: string) => ({
    at: new Date(NOW + minutes * 60_000).toISOString(),
    price,
  });

  test("falls where the change beside it falls, whatever the day's own prices did", () => {
    // Opened lower, and rose since: still below the previous close.
    const way = wayOf([at(0, "90"), at(60, "95")], "100");
    const heights = [...(way?.line ?? "").matchAll(/ (\d+\.\d)/g)].map(([, y]) => Number(y));
    expect(heights.at(-1)).toBeGreaterThan(heights[0] ?? Number.NaN);
  });

  test("leaves as much room between prices as there was time", () => {
    const way = wayOf([at(0, "1"), at(10, "2"), at(100, "3")], null);
    const [first = 0, second = 0, last = 0] = [...(way?.line ?? "").matchAll(/[ML](\d+\.\d)/g)].map(
      ([, x]) => Number(x),
    );
    expect((second - first) / (last - first)).toBeCloseTo(0.1, 2);
  });

  test("of one price without a previous close is none", () => {
    expect(wayOf([at(0, "5")], null)).toBeNull();
  });
});

describe("the range of a day", () => {
  const where = (low: string, high: string, price: string) => positionIn({ low, high, price });

  test("has its price where it lies, within the bar even when it is newer than the range", () => {
    expect(where("10", "20", "15")).toBe(0.5);
    expect(where("10", "20", "21")).toBe(1);
    expect(where("5", "5", "5")).toBe(0.5);
  });
});
