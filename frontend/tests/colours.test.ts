/** The palette's promises: contrast in both themes, and ten colours that colour-blind readers tell apart. */
import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { SERIES_FILLS, seriesFor, seriesOf } from "../src/ui/series";

type Colour = [number, number, number];
const THEMES = ["light", "dark"] as const;
const CSS = readFileSync(new URL("../src/styles.css", import.meta.url), "utf8");

/** A token's colour as linear RGB. */
function linear(name: string, theme: (typeof THEMES)[number]): Colour {
  const found = CSS.match(new RegExp(`--color-${name}: light-dark\\((#\\w{6}), (#\\w{6})\\)`));
  const hex = found?.[theme === "light" ? 1 : 2];
  if (!hex) throw new Error(`styles.css has no colour ${name}`);
  const part = (start: number) => {
    const value = Number.parseInt(hex.slice(start, start + 2), 16) / 255;
    return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return [part(1), part(3), part(5)];
}

const times = (matrix: number[][], [r, g, b]: Colour): Colour =>
  matrix.map(([x = 0, y = 0, z = 0]) => x * r + y * g + z * b) as Colour;

function contrast(one: Colour, other: Colour): number {
  const luminance = ([r, g, b]: Colour) => 0.2126 * r + 0.7152 * g + 0.0722 * b + 0.05;
  const [a, b] = [luminance(one), luminance(other)];
  return Math.max(a, b) / Math.min(a, b);
}

// Machado, Oliveira and Fernandes (2009), severity 1.
const VISIONS: Record<string, number[][]> = {
  usual: [
    [1, 0, 0],
    [0, 1, 0],
    [0, 0, 1],
  ],
  protanopia: [
    [0.152286, 1.052583, -0.204868],
    [0.114503, 0.786281, 0.099216],
    [-0.003882, -0.048116, 1.051998],
  ],
  deuteranopia: [
    [0.367322, 0.860646, -0.227968],
    [0.280085, 0.672501, 0.047413],
    [-0.01182, 0.04294, 0.968881],
  ],
  tritanopia: [
    [1.255528, -0.076749, -0.178779],
    [-0.078411, 0.930809, 0.147602],
    [0.004733, 0.691367, 0.3039],
  ],
};

/** Oklab, in which distances are about as large as they look. */
function oklab(colour: Colour): Colour {
  const cones = times(
    [
      [0.4122214708, 0.5363325363, 0.0514459929],
      [0.2119034982, 0.6806995451, 0.1073969566],
      [0.0883024619, 0.2817188376, 0.6299787005],
    ],
    colour,
  );
  return times(
    [
      [0.2104542553, 0.793617785, -0.0040720468],
      [1.9779984951, -2.428592205, 0.4505937099],
      [0.0259040371, 0.7827717662, -0.808675766],
    ],
    cones.map(Math.cbrt) as Colour,
  );
}

function seen(colour: Colour, vision: string): Colour {
  const matrix = VISIONS[vision] ?? [];
  return oklab(times(matrix, colour).map((part) => Math.min(1, Math.max(0, part))) as Colour);
}

describe.each(THEMES)("in the %s theme", (theme) => {
  const series = SERIES_FILLS.map((fill) => linear(fill.replace("bg-", ""), theme));

  test.each(Object.keys(VISIONS))("ten companies' colours differ: %s", (vision) => {
    const colours = series.map((colour) => seen(colour, vision));
    for (const [index, one] of colours.entries()) {
      for (const other of colours.slice(index + 1)) {
        const distance = Math.hypot(...one.map((part, axis) => part - (other[axis] ?? 0)));
        expect(distance).toBeGreaterThan(0.08);
      }
    }
  });

  test("every company's colour stands out from its card", () => {
    for (const colour of series)
      expect(contrast(colour, linear("surface", theme))).toBeGreaterThanOrEqual(3);
  });

  test.each([
    ["ink", "page"],
    ["ink", "raised"],
    ["muted", "page"],
    ["muted", "surface"],
    ["muted", "raised"],
    ["link", "surface"],
    ["link", "calm"],
    ["on-strong", "strong"],
    ["on-strong", "strong-hover"],
    ["on-action", "action"],
    ["on-action", "action-hover"],
    ["up", "surface"],
    ["up", "good-surface"],
    ["down", "surface"],
    ["warn", "warn-surface"],
    ["bad", "bad-surface"],
  ])("%s can be read on %s", (text, ground) => {
    expect(contrast(linear(text, theme), linear(ground, theme))).toBeGreaterThanOrEqual(4.5);
  });
});

describe("companies' colours", () => {
  test("stay with a company", () => {
    expect(seriesOf("AAPL")).toBe(seriesOf("AAPL"));
    expect(seriesFor(["MSFT", "AAPL"])).toEqual(seriesFor(["AAPL", "MSFT"]));
  });

  test("are none twice among ten", () => {
    const symbols = ["AAPL", "AMC", "AMZN", "FB", "GOOG", "IBM", "LTM", "MSFT", "NFLX", "SQM"];
    expect(new Set(seriesFor(symbols).values()).size).toBe(10);
  });
});
