import { describe, expect, test } from "vitest";
import { search } from "../src/api/stocks";
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
