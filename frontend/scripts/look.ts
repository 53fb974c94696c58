/**
 * Photographs of the app, both themes, phone and desktop: `node scripts/look.ts FOLDER [NAME…]`. Without
 * names every screen and state as PNG; with `--shown` those of the README, as small WebP.
 */
import { mkdirSync, writeFileSync } from "node:fs";
import type { Page } from "playwright-core";
import { launch } from "../tests/browser/launch.ts";
import { CONFIG, open, SHOTS } from "../tests/browser/shots.ts";
import { startSite } from "../tests/browser/site.ts";

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 832 } };
const THEMES = ["light", "dark"] as const;
const QUALITY = 72;
const [folder, ...names] = process.argv.slice(2).filter((word) => !word.startsWith("--"));
const isShown = process.argv.includes("--shown");
if (!folder) throw new Error("Into which folder? node scripts/look.ts FOLDER [NAME…] [--shown]");

async function photograph(page: Page, path: string): Promise<void> {
  if (!isShown) {
    await page.screenshot({ path: `${path}.png` });
    return;
  }
  const devtools = await page.context().newCDPSession(page);
  const options = { format: "webp", quality: QUALITY } as const;
  const { data } = await devtools.send("Page.captureScreenshot", options);
  writeFileSync(`${path}.webp`, Buffer.from(data, "base64"));
}

const site = await startSite(CONFIG);
const browser = await launch();
mkdirSync(folder, { recursive: true });
const shots = SHOTS.filter(
  (shot) => (!isShown || shot.isShown) && (names.length === 0 || names.includes(shot.name)),
);
for (const shot of shots) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of THEMES) {
      const page = await open(browser, site, shot, { viewport, colorScheme, locale: "es-CL" });
      await photograph(page, `${folder}/${shot.name}-${size}-${colorScheme}`);
      await page.context().close();
    }
  }
}
await browser.close();
await site.close();
