import { expect, test } from "vitest";
import { takeEarly } from "../src/api/send";

const BOARD = "https://api.example/stocks";

test("an answer on its way serves the first request for it, and no other", async () => {
  const answer = Promise.resolve(new Response("prices"));
  const answers = new Map([[BOARD, answer]]);
  expect(takeEarly(answers, new Request("https://api.example/wallet"))).toBeNull();
  expect(takeEarly(answers, new Request(`${BOARD}?limit=1`))).toBeNull();
  expect(takeEarly(answers, new Request(BOARD))).toBe(answer);
  expect(takeEarly(answers, new Request(BOARD))).toBeNull();
});

test("it never stands in for what changes something", () => {
  const answers = new Map([[BOARD, Promise.resolve(new Response("prices"))]]);
  expect(takeEarly(answers, new Request(BOARD, { method: "POST" }))).toBeNull();
  expect(answers.size).toBe(1);
});
