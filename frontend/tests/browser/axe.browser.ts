/** Every screen in every state: nothing that axe finds, nothing that scrolls sideways, a silent console. */
import axe from "axe-core";
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, test } from "vitest";
import { watch } from "./console";
import { launch } from "./launch";
import { CONFIG, open, SHOTS } from "./shots";
import { startSite } from "./site";

const THEMES = ["light", "dark"] as const;
const LOOKS = [
  { locale: "es-CL", viewport: { width: 1280, height: 832 } },
  { locale: "en-US", viewport: { width: 390, height: 844 } },
];
/** Of the states that a refusal brings about. */
const REFUSALS = /status of (404|409)/;
const SMALLEST = { width: 320, height: 640 };

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(() => browser?.close());

/** axe's findings, each with the element; run from outside the page, which lets in no script but its own. */
async function findings(page: Page): Promise<string[]> {
  const client = await page.context().newCDPSession(page);
  await client.send("Runtime.evaluate", { expression: axe.source });
  const { result } = await client.send("Runtime.evaluate", {
    expression:
      "axe.run().then(({violations}) => violations.flatMap(v => v.nodes.map(n => v.id + ': ' + n.html)))",
    awaitPromise: true,
    returnByValue: true,
  });
  return result.value;
}

/** In the page: by how much its content is wider than what one sees. */
const overflow = () => document.documentElement.scrollWidth - innerWidth;

// Several at a time, each with a site of its own: they mostly wait for pages to come to rest.
test.concurrent.for(SHOTS)("$name", async (shot, { expect }) => {
  const site = await startSite(CONFIG);
  for (const look of LOOKS) {
    const faults: string[] = [];
    const options = { ...look, reducedMotion: "reduce" } as const;
    const page = await open(browser, site, shot, options, (opened) =>
      watch(opened, faults, REFUSALS),
    );
    for (const colorScheme of THEMES) {
      await page.emulateMedia({ colorScheme });
      expect(await findings(page), `${look.locale}, ${colorScheme}`).toEqual([]);
    }
    await page.setViewportSize(SMALLEST);
    // The app is told of its new size, and fits itself in.
    await expect
      .poll(() => page.evaluate(overflow), {
        message: "wider than the smallest phone",
        timeout: 10_000,
      })
      .toBeLessThanOrEqual(0);
    await page.context().close();
    expect(faults, "in the console").toEqual([]);
  }
  await site.close();
});
