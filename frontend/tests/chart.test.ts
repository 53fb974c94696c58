import { describe, expect, test } from "vitest";
import { bucketName, dayStart, markOf, reading, WEIGHTS, weightOf } from "../src/chart/clock";
import { boundsOf, dateOf } from "../src/chart/days";
import {
  breaks,
  bucketFor,
  DAY_MS,
  endOf,
  gridOver,
  HOUR_MS,
  MINUTE_MS,
  merged,
  monthsBefore,
  placed,
  timeAt,
} from "../src/chart/grid";
import { purchaseMarks } from "../src/company/chart-panel";
import { spanOf, spanSince, summary, volumesOf, withLatest } from "../src/company/series";

const ZONES = ["America/Santiago", "Europe/Madrid", "UTC"] as const;
const NEW_YORK = "America/New_York";
const at = (time: string) => Date.parse(time);

/** The marks of an axis: what each bucket's says, where it weighs at least as much. */
function marks(from: string, hours: number, stepMs: number, zone: string, least: number): string[] {
  const grid = gridOver(at(from), at(from) + hours * HOUR_MS, stepMs);
  return Array.from({ length: grid.count }, (_, index) => index).flatMap((index) => {
    if (index === 0) return [];
    const time = timeAt(grid, index);
    const weight = weightOf(timeAt(grid, index - 1), time, zone);
    return weight >= least ? [markOf(time, weight, "es-CL", zone)] : [];
  });
}

describe("the axis of times", () => {
  test.each([
    ["America/Santiago", "2026-11-25T03:00:00Z"],
    ["Europe/Madrid", "2026-11-24T23:00:00Z"],
    ["UTC", "2026-11-25T00:00:00Z"],
  ])("begins a day at the reader's midnight: %s", (zone, midnight) => {
    const before = at(midnight) - 5 * MINUTE_MS;
    expect(weightOf(before, at(midnight), zone)).toBe(WEIGHTS.day);
    expect(markOf(at(midnight), WEIGHTS.day, "es-CL", zone)).toMatch(/^25 nov/);
    // The midnight of others is an hour like any other.
    for (const other of ZONES.filter((name) => name !== zone))
      expect(weightOf(before, at(midnight), other)).toBeLessThan(WEIGHTS.day);
  });

  test("names the month that begins, not the one that ends", () => {
    // Fault: UTC's first of November is October's last evening in Santiago.
    expect(marks("2026-10-31T12:00:00Z", 24, HOUR_MS, "America/Santiago", WEIGHTS.month)).toEqual([
      "nov.",
    ]);
    const first = at("2026-11-01T03:00:00Z");
    expect(weightOf(first - HOUR_MS, first, "America/Santiago")).toBe(WEIGHTS.month);
  });

  test("skips the hour that daylight saving takes: Santiago, 6 September 2026", () => {
    const hours = marks("2026-09-06T02:00:00Z", 6, HOUR_MS, "America/Santiago", WEIGHTS.hour);
    expect(hours).toEqual(["23:00", "6 sept", "02:00", "03:00", "04:00"].slice(0, hours.length));
    expect(hours).not.toContain("00:00");
  });

  test("says the hour that comes twice twice, and never goes back: Madrid, 25 October 2026", () => {
    const hours = marks("2026-10-24T23:00:00Z", 5, HOUR_MS, "Europe/Madrid", 0);
    expect(hours).toEqual(["02:00", "02:00", "03:00", "04:00"]);
  });

  test.each([
    ["America/Santiago", "2026-09-06T12:00:00Z", 23],
    ["America/Santiago", "2026-04-04T12:00:00Z", 25],
    ["Europe/Madrid", "2026-03-29T12:00:00Z", 23],
    ["Europe/Madrid", "2026-10-25T12:00:00Z", 25],
    ["UTC", "2026-10-25T12:00:00Z", 24],
  ])("a day of %s that contains %s has %i hours", (zone, noon, hours) => {
    const start = dayStart(at(noon), zone);
    const next = dayStart(start + 1.5 * DAY_MS, zone);
    expect((next - start) / HOUR_MS).toBe(hours);
    expect(dateOf(start, zone)).toBe(dateOf(at(noon), zone));
    expect(dateOf(start - 1, zone)).not.toBe(dateOf(at(noon), zone));
  });

  test("names a bucket by the reader's clock, from its start to its end", () => {
    expect(
      bucketName(at("2026-11-25T15:00:00Z"), 30 * MINUTE_MS, "es-CL", "America/Santiago"),
    ).toMatch(/mié.*25 nov.*12:00–12:30/);
    expect(
      bucketName(at("2026-11-25T15:00:00Z"), 30 * MINUTE_MS, "en-US", "Europe/Madrid"),
    ).toMatch(/Wed, Nov 25.*4:00\sPM–4:30\sPM/);
  });

  test("reads clocks that are half an hour off", () => {
    expect(reading(at("2026-11-25T00:00:00Z"), "Asia/Kolkata")).toMatchObject({
      hour: 5,
      minute: 30,
    });
  });
});

describe("a market day", () => {
  test.each([
    ["2026-11-25", "2026-11-25T05:00:00.000Z", 24],
    ["2026-07-01", "2026-07-01T04:00:00.000Z", 24],
    ["2026-03-08", "2026-03-08T05:00:00.000Z", 23],
    ["2026-11-01", "2026-11-01T04:00:00.000Z", 25],
  ])("%s begins at midnight in New York", (day, start, hours) => {
    const { from, until } = boundsOf(day, NEW_YORK);
    expect(new Date(from).toISOString()).toBe(start);
    expect((until - from) / HOUR_MS).toBe(hours);
  });

  test.each(["Pacific/Kiritimati", "Pacific/Pago_Pago", "UTC"])(
    "is the zone's own date in %s too",
    (zone) => {
      const { from, until } = boundsOf("2026-11-25", zone);
      expect(dateOf(from, zone)).toBe("2026-11-25");
      expect(dateOf(until, zone)).toBe("2026-11-26");
      expect(until - from).toBe(DAY_MS);
    },
  );
});

describe("the span of a range", () => {
  const NOW = at("2026-11-25T15:02:00Z");
  const grid = (range: Parameters<typeof spanOf>[0]) => {
    const { from, until, stepMs } = spanOf(range, "2026-11-25", NEW_YORK, NOW);
    return gridOver(from, until, stepMs);
  };

  test("is a day wide, however few prices there are yet", () => {
    const day = grid("1D");
    expect(timeAt(day, 0)).toBe(at("2026-11-25T05:00:00Z"));
    expect(endOf(day)).toBe(at("2026-11-26T05:00:00Z"));
    expect(day.count).toBe(288);
  });

  test.each([
    ["1W", 30 * MINUTE_MS, 7],
    ["1M", 2 * HOUR_MS, 30],
    ["3M", DAY_MS, 93],
    ["1Y", DAY_MS, 366],
  ] as const)("of %s is whole, in its own buckets", (range, stepMs, days) => {
    const found = grid(range);
    expect(found.stepMs).toBe(stepMs);
    expect(found.count * found.stepMs).toBeGreaterThanOrEqual(days * DAY_MS);
    expect(found.count * found.stepMs).toBeLessThan(days * DAY_MS + 2 * stepMs);
    expect(endOf(found)).toBeGreaterThanOrEqual(NOW);
  });

  test.each([
    [1, 5 * MINUTE_MS],
    [7, 30 * MINUTE_MS],
    [30, 2 * HOUR_MS],
    [90, DAY_MS],
    [400, DAY_MS],
    [801, 3 * DAY_MS],
  ])(
    "of everything takes the finest buckets of which there are at most 400: %i days",
    (days, step) => {
      expect(bucketFor(days * DAY_MS)).toBe(step);
      const { from, until, stepMs } = spanSince(NOW - days * DAY_MS, NEW_YORK, NOW);
      expect(gridOver(from, until, stepMs).count).toBeLessThanOrEqual(401);
    },
  );

  test("counts months by the calendar", () => {
    const day = (text: string) => at(`${text}T00:00:00Z`);
    expect(monthsBefore(day("2026-05-31"), 3)).toBe(day("2026-02-28"));
    expect(monthsBefore(day("2026-01-15"), 3)).toBe(day("2025-10-15"));
    expect(monthsBefore(day("2024-02-29"), 12)).toBe(day("2023-02-28"));
  });
});

describe("the prices of a grid", () => {
  const bar = (time: number, open: string, high: string, low: string, close: string) => ({
    at: time,
    open,
    high,
    low,
    close,
  });

  test("are put together by their extremes, their first and their last", () => {
    const found = merged(
      [
        bar(90, "11", "12", "9.5", "10"),
        bar(0, "10", "10.5", "10", "11"),
        bar(120, "7", "7", "7", "7"),
      ],
      120,
    );
    expect(found).toEqual([bar(0, "10", "12", "9.5", "10"), bar(120, "7", "7", "7", "7")]);
  });

  test("leave gaps where none came, and lines break there, but not for a late one", () => {
    const grid = gridOver(0, 20 * 5 * MINUTE_MS, 5 * MINUTE_MS);
    const known = [0, 1, 3, 4, 9, 10].map((index) => bar(timeAt(grid, index), "1", "1", "1", "1"));
    const slots = placed(grid, known);
    expect(slots.filter((slot) => slot === null)).toHaveLength(14);
    // One price was late (between 1 and 3); between 4 and 9 there was silence.
    expect([...breaks(grid, slots)]).toEqual([4]);
  });

  test("end with the very price that stands beside the chart", () => {
    const grid = gridOver(0, DAY_MS, 5 * MINUTE_MS);
    const series = {
      range: "1D",
      grid,
      slots: placed(grid, [bar(0, "9", "9", "9", "9")]),
    } as const;
    const latest = { price: "10.25", observed_at: new Date(12 * HOUR_MS + 1).toISOString() };
    const { slots } = withLatest({ ...series, slots: [...series.slots] }, latest, "UTC");
    expect(summary(slots)).toEqual({ first: "9", last: "10.25", low: "9", high: "10.25" });
    // A newer price of the same bucket moves its close and its extremes, not its open.
    const later = { price: "8", observed_at: new Date(12 * HOUR_MS + 2).toISOString() };
    const after = withLatest({ ...series, slots }, later, "UTC").slots[144];
    expect(after).toMatchObject({ open: "10.25", high: "10.25", low: "8", close: "8" });
  });

  test("move on with time in a rolling range, and keep their width", () => {
    const grid = gridOver(0, 7 * DAY_MS, 30 * MINUTE_MS);
    const series = {
      range: "1W" as const,
      grid,
      slots: placed(grid, [bar(0, "1", "1", "1", "1")]),
    };
    const late = new Date(7 * DAY_MS + MINUTE_MS).toISOString();
    const moved = withLatest(series, { price: "2", observed_at: late }, "UTC");
    expect(moved.grid).toEqual({ ...grid, from: 30 * MINUTE_MS });
    expect(moved.slots).toHaveLength(grid.count);
    expect(moved.slots.at(-1)?.close).toBe("2");
    expect(moved.slots[0]).toBeNull();
  });

  test("of which none is known are nothing to sum up", () => {
    expect(summary([null, null])).toBeNull();
  });

  test("carry what all groups bought; what is not known is no zero", () => {
    const of = (volume: string | null) => ({ ...bar(0, "1", "1", "1", "1"), volume });
    expect(volumesOf([of("2.5"), null, of(null)])).toEqual([2.5, null, null]);
  });

  test("carry one's own purchases where they were made, several of a bucket as one mark", () => {
    const grid = gridOver(0, DAY_MS, HOUR_MS);
    const slots = placed(grid, [
      bar(HOUR_MS, "1", "1", "1", "1"),
      bar(5 * HOUR_MS, "1", "1", "1", "1"),
    ]);
    const bought = (time: number) => ({ created_at: new Date(time).toISOString(), ended_at: null });
    const orders = [5.1, 5.9, 3, 30].map((hour) => bought(hour * HOUR_MS));
    expect(purchaseMarks(orders, grid, slots, "UTC")).toEqual([
      { index: 5, colour: "mark", shape: "arrowUp", text: "2×" },
      { index: 1, colour: "mark", shape: "arrowUp" },
    ]);
  });
});
