import { describe, expect, test } from "vitest";
import { withBalances } from "../src/api/wallet";
import { movementsOf } from "../src/wallet/movements";
import { SAMPLE_WALLET, samplePostings } from "./browser/account-samples";

const NOW = Date.parse("2023-10-29T20:00:00Z");
const rows = withBalances([
  { items: samplePostings(NOW), next_cursor: null, wallet: SAMPLE_WALLET },
]);

describe("the wallet's movements", () => {
  test("are one for a purchase, whatever its postings, and one for a deposit", () => {
    const seen = movementsOf(rows).map(({ kind, symbol, amount }) => [kind, symbol, amount]);
    expect(seen).toEqual([
      ["open", "AAPL", "-100.00"],
      ["open", "MSFT", "-93.65"],
      ["open", "SQM", "-102.14"],
      ["paid", "AAPL", "-95.12"],
      ["returned", "LTM", "0.00"],
      ["deposit", null, "500.00"],
    ]);
  });

  test("carry the balance after their latest posting", () => {
    expect(movementsOf(rows).map(({ balance }) => balance)).toEqual([
      "1029.46",
      "1129.46",
      "1223.11",
      "1325.25",
      "1420.37",
      "1420.37",
    ]);
  });

  test("add up to what the balance changed by", () => {
    const sum = movementsOf(rows).reduce((total, { amount }) => total + Number(amount), 0);
    const before = Number(rows.at(-1)?.balance) - Number(rows.at(-1)?.posting.available);
    expect(before + sum).toBeCloseTo(Number(SAMPLE_WALLET.available), 2);
  });

  test("know what was paid although the hold is on a page that is not loaded", () => {
    const alone = rows.filter(({ posting }) => posting.kind !== "HOLD");
    const amounts = movementsOf(alone).map(({ kind, amount }) => [kind, amount]);
    expect(amounts).toEqual([
      ["paid", "-95.12"],
      ["returned", "0.00"],
      ["deposit", "500.00"],
    ]);
  });
});
