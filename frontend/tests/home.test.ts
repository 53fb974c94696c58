import { describe, expect, test } from "vitest";
import { readBoard } from "../src/api/board";
import { topMovers } from "../src/home/movers";
import { worthOf } from "../src/home/worth";
import { justEnded, newsOf, unseenCount } from "../src/notices/news";
import {
  SAMPLE_WALLET,
  sampleOrder,
  sampleOrders,
  samplePortfolio,
} from "./browser/account-samples";
import { sampleBoard } from "./browser/samples";

const NOW = Date.parse("2023-10-29T20:00:00Z");

describe("net worth", () => {
  const portfolio = samplePortfolio(NOW);

  test("is cash and shares of one answer; the day's change is the shares'", () => {
    expect(worthOf(SAMPLE_WALLET, portfolio)).toEqual({
      total: portfolio.net_worth,
      cash: portfolio.cash,
      held: SAMPLE_WALLET.held,
      shares: portfolio.value,
      dayChange: portfolio.day_change,
      dayPercent: "0.21",
    });
    expect(Number(portfolio.cash) + Number(portfolio.value)).toBeCloseTo(
      Number(portfolio.net_worth),
      2,
    );
  });

  test("is not known where a price is missing, rather than too small", () => {
    const unknown = { ...portfolio, value: null, net_worth: null, day_change: null };
    const worth = worthOf(SAMPLE_WALLET, unknown);
    expect(worth).toMatchObject({ total: null, dayChange: null, dayPercent: null });
  });

  test("that began the day with nothing has no percentage", () => {
    const worth = worthOf(SAMPLE_WALLET, { ...portfolio, net_worth: "5.00", day_change: "5.00" });
    expect(worth.dayPercent).toBeNull();
  });
});

describe("top movers", () => {
  test("move most, up or down; what stands still or has no earlier price is none", () => {
    const movers = topMovers(sampleBoard(NOW), 20).map(({ symbol }) => symbol);
    expect(movers.slice(0, 3)).toEqual(["NFLX", "IBM", "MSFT"]);
    expect(movers).not.toContain("GOOG");
    expect(movers).not.toContain("LTM");
  });
});

describe("news of one's own orders", () => {
  const orders = sampleOrders(NOW);

  test("are those that have ended, the latest first", () => {
    const news = newsOf(orders);
    expect(news.map(({ symbol, state }) => `${symbol} ${state}`)).toEqual([
      "AAPL ACCEPTED",
      "LTM REJECTED",
      "AMZN ACCEPTED",
      "IBM VOIDED",
      "MSFT ACCEPTED",
    ]);
  });

  test("count from the last look on", () => {
    const news = newsOf(orders);
    expect(unseenCount(news, NOW)).toBe(0);
    expect(unseenCount(news, NOW - 195 * 60_000)).toBe(1);
    expect(unseenCount(news, 0)).toBe(5);
  });

  test("are told once: what was open at the last look and is no longer", () => {
    const sample = { symbol: "AAPL", quantity: "1", price: "1", cost: "1.00" };
    const ended = sampleOrder(NOW, 1, { ...sample, state: "ACCEPTED" });
    expect(justEnded(new Set([ended.order_id]), [ended])).toEqual([ended]);
    expect(justEnded(new Set(), [ended])).toEqual([]);
    const open = sampleOrder(NOW, 1, { ...sample, state: "SENT" });
    expect(justEnded(new Set([open.order_id]), [open])).toEqual([]);
  });
});

describe("the public board", () => {
  test("is the companies that can be read", () => {
    const board = sampleBoard(NOW);
    expect(readBoard({ items: [...board, { symbol: "BAD" }, null] })).toEqual(board);
  });

  test.each([null, [], "<!doctype html>", {}, { items: 3 }])("is none in %j", (value) => {
    expect(readBoard(value)).toBeNull();
  });
});
