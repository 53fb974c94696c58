/** How the app starts: what it asks for in which order, and what it says when a part of it does not come. */
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from "vitest";
import { launch } from "./launch";
import { sampleBoard } from "./samples";
import { CONFIG, signIn } from "./shots";
import { json, type Site, startSite } from "./site";

const APP = "**/assets/main-*.js";

let site: Site;
let browser: Browser;
let context: BrowserContext;
let page: Page;
let asked: string[];

beforeAll(async () => {
  site = await startSite(CONFIG);
  site.onStocks(json(200, { items: sampleBoard(Date.now()), next_cursor: null }));
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

beforeEach(async () => {
  context = await browser.newContext({ locale: "es-CL" });
  await signIn(context);
  page = await context.newPage();
  asked = [];
  page.on("request", (request) => asked.push(new URL(request.url()).pathname));
});

afterEach(() => context.close());

const timesAsked = (pattern: RegExp) => asked.filter((path) => pattern.test(path)).length;

test("prices and words are asked for while the app itself is on its way, and once", async () => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(APP, async (route) => {
    await held;
    await route.continue();
  });
  const early = [/\/api\/stocks$/, /\/assets\/es-[\w-]+\.js$/];
  const all = Promise.all(
    early.map((pattern) => page.waitForResponse((answer) => pattern.test(answer.url()))),
  );
  await page.goto(`${site.origin}/market`, { waitUntil: "commit" });
  await all;
  expect(await page.locator("#app > *").count()).toBe(0);
  release();
  await page.getByRole("row", { name: /Apple Inc/ }).waitFor();
  for (const pattern of early) expect(timesAsked(pattern), String(pattern)).toBe(1);
});

test("prices are not asked for early by a screen that does not show them", async () => {
  await page.goto(`${site.origin}/settings`);
  await page.getByRole("heading", { name: "Ajustes" }).waitFor();
  expect(timesAsked(/\/api\/stocks$/)).toBe(0);
});

test("prices that are late are waited for behind the board's own shape", async () => {
  site.onStocks(() => undefined);
  await page.goto(`${site.origin}/market`);
  await page.getByText("Cargando precios…").waitFor();
});

test("an app that does not come is told in both languages", async () => {
  await page.route(APP, (route) => route.abort("failed"));
  await page.goto(`${site.origin}/market`);
  await page.getByText(/Recarga la página\. · .*Reload the page\./).waitFor();
});
