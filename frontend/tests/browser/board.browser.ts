/** The board in a real browser: steady, honest when the API fails, in the language and theme of one's choice. */
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { launch } from "./launch";
import { sampleBoard } from "./samples";
import { shiftsOf, watchShifts } from "./shifts";
import { board, CONFIG, open, type Shot } from "./shots";
import { json, type Site, startSite } from "./site";

const DESKTOP = { width: 1280, height: 832 };
const MARKET: Shot = { name: "market", path: "/market", signedIn: true };

let site: Site;
let browser: Browser;

beforeAll(async () => {
  site = await startSite(CONFIG);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

describe("the board", () => {
  test("moves nothing when prices change", async () => {
    const context = await openWithClock();
    const { page } = context;
    await watchShifts(page);
    const risen = sampleBoard(Date.now()).map((stock) => ({
      ...stock,
      price: `1${stock.price}`,
      change: "100.000001",
    }));
    site.onStocks(json(200, { items: risen, next_cursor: null }));
    await page.clock.fastForward(21_000);
    await page.getByText("US$1.190,23").first().waitFor();
    await page.waitForTimeout(300);
    expect(await shiftsOf(page)).toEqual([]);
    await context.close();
  });

  test("keeps what it has when the API fails, says how old it is, and recovers", async () => {
    const { page, close } = await openWithClock();
    site.onStocks(json(409, { code: "conflict", message: "", request_id: "r" }));
    await page.clock.fastForward(180_000);
    const alert = page.getByRole("alert");
    await alert.getByText("No pudimos cargar los precios").waitFor();
    expect(await alert.textContent()).toMatch(/Esto es lo que cargamos hace \d+ min/);
    expect(await page.getByRole("row", { name: /Apple Inc/ }).count()).toBe(1);

    site.onStocks(board);
    await page.getByRole("button", { name: "Reintentar" }).click();
    await alert.waitFor({ state: "detached" });
    await close();
  });

  test("shows an unknown change as unknown, and an old price as old", async () => {
    const page = await open(browser, site, MARKET, { viewport: DESKTOP, locale: "es-CL" });
    await page.getByRole("row", { name: /LATAM.*US\$0,018523.*sin precio anterior/ }).waitFor();
    await page.getByRole("row", { name: /Netflix.*Precio antiguo.*hace 3 h/ }).waitFor();
    await page.context().close();
  });

  test("speaks the other language at once, and still after a reload", async () => {
    const page = await open(browser, site, MARKET, { viewport: DESKTOP, locale: "es-CL" });
    await page.getByRole("button", { name: "Tu cuenta" }).click();
    await page.getByRole("button", { name: "English" }).click();
    await page.getByRole("row", { name: /Meta.*\$1,312\.21.*up \+14\.60/ }).waitFor();
    expect(await page.evaluate(() => document.documentElement.lang)).toBe("en-US");
    await page.reload();
    await page.getByRole("heading", { name: "Market" }).waitFor();
    await page.context().close();
  });

  test("takes the theme that was chosen, over the system's, and still after a reload", async () => {
    const page = await open(browser, site, MARKET, {
      viewport: DESKTOP,
      colorScheme: "light",
      locale: "es-CL",
    });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.getByRole("button", { name: "Tu cuenta" }).click();
    await page.getByRole("button", { name: /Ahora: Tema del sistema/ }).click();
    expect(await background()).toBe(light);
    await page.getByRole("button", { name: /Ahora: Tema claro/ }).click();
    expect(await background()).not.toBe(light);
    await page.reload();
    await page.getByRole("button", { name: "Tu cuenta" }).click();
    await page.getByRole("button", { name: /Ahora: Tema oscuro/ }).waitFor();
    expect(await background()).not.toBe(light);
    await page.context().close();
  });
});

/** The board with its clock in our hands. */
async function openWithClock() {
  const page = await open(
    browser,
    site,
    { ...MARKET, path: "/nowhere" },
    { viewport: DESKTOP, locale: "es-CL" },
  );
  await page.clock.install();
  await page.goto(`${site.origin}/market`);
  await page.getByRole("row", { name: /Apple Inc/ }).waitFor();
  return { page, close: () => page.context().close() };
}

test("a site without its settings says so, and how to go on", async () => {
  const context = await browser.newContext({ locale: "en-US" });
  const page = await context.newPage();
  await page.route("**/config.json", (route) => route.fulfill({ status: 403, body: "<Error/>" }));
  await page.goto(`${site.origin}/sign-in`);
  await page.getByRole("heading", { name: "We could not open Vela" }).waitFor();
  await page.unroute("**/config.json");
  await page.getByRole("button", { name: "Reload" }).click();
  await page.getByRole("heading", { name: "Welcome back" }).waitFor();
  await context.close();
});
