/** Charts in the reader's own zone, over changes of daylight saving; and numbers that agree with each other. */
import { describe, expect, test } from "vitest";
import { FULL } from "./api";
import { page, show, site, useStage } from "./stage";

useStage();

/** What the readout says of each place along the chart, from left to right. */
async function swept(): Promise<string[]> {
  const chart = page.getByRole("img", { name: /Apple/ });
  const box = await chart.boundingBox();
  if (!box) throw new Error("there is no chart");
  const readout = page.locator("figure > div").first();
  const said: string[] = [];
  for (let x = 1; x < box.width; x += 4) {
    await page.mouse.move(box.x + x, box.y + box.height / 2);
    await page.waitForTimeout(12);
    said.push((await readout.innerText()).split("\n")[0] ?? "");
  }
  return said;
}

/** A company's chart with the browser's clock at a time. */
async function chartAt(time: string, timezoneId: string): Promise<void> {
  await show("/nowhere", FULL, { timezoneId });
  await page.clock.setFixedTime(new Date(time));
  await page.goto(`${site.origin}/stocks/AAPL`);
  await page.getByRole("img", { name: /Apple/ }).waitFor();
  await page.waitForTimeout(300);
}

describe("a day is a day wide, by the reader's clock", () => {
  // Each as the market's midnight, in New York, stands on the reader's clock.
  test.each(["America/Santiago", "Europe/Madrid", "UTC"])("%s", async (zone) => {
    await chartAt(new Date().toISOString(), zone);
    const said = await swept();
    const day = await page.evaluate(async () => {
      const answer = await fetch("/api/stocks/AAPL");
      return ((await answer.json()) as { market_day: string }).market_day;
    });
    const clock = (at: Date) =>
      new Intl.DateTimeFormat("es-CL", {
        timeZone: zone,
        hour: "numeric",
        minute: "2-digit",
        hourCycle: "h23",
      }).format(at);
    const { boundsOf } = await import("../../src/chart/days");
    const { from, until } = boundsOf(day, "America/New_York");
    expect(said[0]).toContain(`${clock(new Date(from))}–`);
    expect(said.some((text) => text.includes(`–${clock(new Date(until))}`))).toBe(true);
  });
});

test("the last point of the chart, the headline and the board say one price", async () => {
  await show("/stocks/AAPL");
  await page.getByRole("img", { name: /Apple.* hasta US\$190,23/ }).waitFor();
  const readout = await page.locator("figure > div").first().innerText();
  expect(readout).toContain("Cierre US$190,23");
  expect(readout).toContain("+2,41 (+1,28%)");
});

test("the portfolio's numbers add up, and its chart ends at its headline", async () => {
  await show("/portfolio");
  const worth = await page.locator("[data-net-worth]").innerText();
  await page.getByRole("img", { name: /Lo que valía tu cuenta/ }).waitFor();
  expect(await page.locator("figure > div").first().innerText()).toContain(worth);
  const shares = await page.locator("[data-allocation] li").allInnerTexts();
  const parts = shares.map((text) => Number(/([\d,]+)\s*%/.exec(text)?.[1]?.replace(",", ".")));
  expect(parts.reduce((sum, part) => sum + part, 0)).toBeCloseTo(100, 0);
});

describe("own purchases stand out", () => {
  test.each(["light", "dark"] as const)("from both lines' colours: %s", async (colorScheme) => {
    await show("/stocks/AAPL", FULL, { colorScheme });
    const distance = await page.evaluate(() => {
      const probe = document.createElement("span");
      document.body.append(probe);
      const rgb = (name: string) => {
        probe.style.color = `var(--color-${name})`;
        return (getComputedStyle(probe).color.match(/\d+/g) ?? []).map(Number);
      };
      const mark = rgb("mark");
      return ["up", "down", "link"].map((name) =>
        Math.hypot(...rgb(name).map((part, place) => part - (mark[place] ?? 0))),
      );
    });
    for (const found of distance) expect(found).toBeGreaterThan(60);
  });
});
