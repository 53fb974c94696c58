import { describe, expect, test } from "vitest";
import { age, ageInSeconds, moment, newest } from "../src/format/ages";
import { UNKNOWN } from "../src/format/numbers";

const NOW = Date.parse("2023-10-29T20:00:00Z");

describe("an age in words", () => {
  test.each([
    ["2023-10-29T19:59:20Z", "ahora", "now"],
    ["2023-10-29T19:57:00Z", "hace 3 min", "3 min. ago"],
    ["2023-10-29T17:10:00Z", "hace 2 h", "2 hr. ago"],
    ["2023-10-27T19:00:00Z", "anteayer", "2 days ago"],
    ["2023-10-25T19:00:00Z", "hace 4 días", "4 days ago"],
  ])("of %s is %j, %j", (at, spanish, english) => {
    expect(age(at, NOW, "es-CL")).toBe(spanish);
    expect(age(at, NOW, "en-US")).toBe(english);
  });

  test("of no time, or of what is none, is unknown", () => {
    expect(age(null, NOW, "es-CL")).toBe(UNKNOWN);
    expect(age("yesterday", NOW, "es-CL")).toBe(UNKNOWN);
    expect(moment("yesterday", "es-CL")).toBe(UNKNOWN);
  });

  test("of a day without a time is that day, wherever the reader is", () => {
    expect(moment("2023-10-29", "es-CL")).toBe("29-10-2023");
  });

  test("is never negative when the server's clock is ahead", () => {
    expect(ageInSeconds("2023-10-29T20:00:09Z", NOW)).toBe(0);
    expect(age("2023-10-29T20:00:09Z", NOW, "es-CL")).toBe("ahora");
  });
});

test("the newest of times is found whatever their order and fractions", () => {
  const times = ["2023-10-29T19:57:00Z", "2023-10-29T19:57:00.5Z", "2023-10-29T16:57:00.4-03:00"];
  expect(newest(times)).toBe(times[1]);
  expect(newest([])).toBeNull();
});
