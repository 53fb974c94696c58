/** Photographs every screen and state, both themes, phone and desktop: `node scripts/look.ts FOLDER`. */
import { mkdirSync } from "node:fs";
import type { Page } from "playwright-core";
import { launch } from "../tests/browser/chromium.ts";
import { sampleBoard, storedSession } from "../tests/browser/samples.ts";
import { type Answer, json, type Site, startSite } from "../tests/browser/site.ts";

const PORT = Number(process.env["PORT"] ?? 4700);
const CLIENT = "a-client";
const SIZES = { phone: { width: 390, height: 844 }, desktop: { width: 1280, height: 832 } };
const folder = process.argv[2] ?? "look";

const board = () => json(200, { items: sampleBoard(Date.now()), next_cursor: null });
const never: Answer = () => undefined;

interface Shot {
  name: string;
  path: string;
  signedIn: boolean;
  stocks?: Answer;
  /** What to do before the photograph. */
  act?: (page: Page, site: Site) => Promise<void>;
}

const SHOTS: Shot[] = [
  { name: "sign-in", path: "/", signedIn: false },
  { name: "sign-in-faults", path: "/", signedIn: false, act: async (page) => page.click("[type=submit]") },
  { name: "sign-up", path: "/sign-up", signedIn: false, act: async (page) => page.fill("[name=password]", "Abc12") },
  { name: "review", path: "/review", signedIn: false },
  { name: "market", path: "/", signedIn: true, stocks: board() },
  { name: "market-loading", path: "/", signedIn: true, stocks: never },
  { name: "market-empty", path: "/", signedIn: true, stocks: json(200, { items: [], next_cursor: null }) },
  { name: "market-no-match", path: "/", signedIn: true, stocks: board(), act: async (page) => page.fill("[type=search]", "zzz") },
  { name: "market-error", path: "/", signedIn: true, stocks: json(422, { code: "bad", message: "", request_id: "r" }) },
  { name: "not-found", path: "/nowhere", signedIn: true },
];

const config = { api_url: "/api", region: "us-east-1", user_pool_id: "us-east-1_aaaaaaaaa", user_pool_client_id: CLIENT, stage: "local" };
const site = await startSite(PORT, config);
const browser = await launch();
mkdirSync(folder, { recursive: true });
for (const [size, viewport] of Object.entries(SIZES)) {
  for (const theme of ["light", "dark"] as const) {
    for (const shot of SHOTS) {
      const context = await browser.newContext({ viewport, colorScheme: theme, locale: "es-CL", deviceScaleFactor: 1 });
      const session = shot.signedIn ? storedSession(CLIENT, "ana.rojas@ejemplo.cl", 3600) : {};
      await context.addInitScript((items) => {
        for (const [key, value] of Object.entries(items)) localStorage.setItem(key, value);
      }, session);
      const page = await context.newPage();
      page.on("console", (message) => message.type() === "error" && console.log(`${shot.name}: ${message.text()}`));
      page.on("pageerror", (error) => console.log(`${shot.name}: ${error}`));
      if (shot.stocks) site.onStocks(shot.stocks);
      await page.goto(site.origin + shot.path);
      await page.waitForSelector("#content h1, #content h2");
      await page.waitForTimeout(300);
      await shot.act?.(page, site);
      await page.waitForTimeout(200);
      await page.screenshot({ path: `${folder}/${shot.name}-${size}-${theme}.png` });
      await context.close();
    }
  }
}
await browser.close();
await site.close();
