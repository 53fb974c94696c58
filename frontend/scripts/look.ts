/** Photographs every screen and state, both themes, phone and desktop: `node scripts/look.ts FOLDER`. */
import { mkdirSync } from "node:fs";
import { launch } from "../tests/browser/chromium.ts";
import { CONFIG, open, SHOTS } from "../tests/browser/shots.ts";
import { startSite } from "../tests/browser/site.ts";

const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 832 } };
const THEMES = ["light", "dark"] as const;
const folder = process.argv[2];
if (!folder) throw new Error("Into which folder? node scripts/look.ts FOLDER");

const site = await startSite(Number(process.env.SITE_PORT ?? 4700), CONFIG);
const browser = await launch();
mkdirSync(folder, { recursive: true });
for (const shot of SHOTS) {
  for (const [size, viewport] of Object.entries(SIZES)) {
    for (const colorScheme of THEMES) {
      const page = await open(browser, site, shot, { viewport, colorScheme, locale: "es-CL" });
      await page.screenshot({ path: `${folder}/${shot.name}-${size}-${colorScheme}.png` });
      await page.context().close();
    }
  }
}
await browser.close();
await site.close();
