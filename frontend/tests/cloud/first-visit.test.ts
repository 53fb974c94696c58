/**
 * The site as it is deployed, behind its distribution, with the real API and the real user pool: an
 * investor's first visit. Nothing here is a stand-in; the browser's console must stay empty.
 */
import type { Browser, Page } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launch } from "../browser/launch";
import { confirm, readOutputs } from "./outputs";

const PASSWORD = "Velero2026Sur";
const outputs = readOutputs();

let browser: Browser;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

async function open(path: string): Promise<{ page: Page; faults: string[] }> {
  const context = await browser.newContext({ locale: "es-CL" });
  const page = await context.newPage();
  const faults: string[] = [];
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error") faults.push(message.text());
  });
  await page.goto(outputs.site_url + path);
  return { page, faults };
}

async function fill(page: Page, email: string): Promise<void> {
  await page.getByLabel("Correo electrónico").fill(email);
  await page.getByLabel("Contraseña", { exact: true }).fill(PASSWORD);
}

test("an investor signs up, waits, is approved, and sees the exchange's prices", async () => {
  const email = `visita.${Date.now()}@ejemplo.cl`;
  const { page, faults } = await open("/sign-up");
  await fill(page, email);
  await page.getByRole("button", { name: "Crear cuenta" }).click();
  await page.getByRole("heading", { name: "Tu cuenta está en revisión" }).waitFor();
  await page.getByRole("link", { name: "Ir a entrar" }).click();
  await fill(page, email);
  await page.getByRole("button", { name: "Entrar" }).click();
  await page.getByRole("alert").getByText("Tu cuenta sigue en revisión").waitFor();
  // The refusal itself is all that the console may hold until here.
  expect(faults.filter((fault) => !fault.includes("status of 400"))).toEqual([]);
  faults.length = 0;

  await confirm(outputs, email);
  await page.getByRole("button", { name: "Entrar" }).click();
  await page.getByRole("navigation").getByRole("link", { name: "Mercado" }).click();
  const row = page.getByRole("row", { name: /Apple.*US\$\d/ });
  await row.waitFor();
  await page.reload();
  await row.waitFor();
  await page.getByRole("button", { name: "Tu cuenta" }).click();
  expect(await page.getByText(email).isVisible()).toBe(true);
  await page.getByRole("button", { name: "Cerrar sesión" }).click();
  await page.getByRole("heading", { name: "Hola de nuevo" }).waitFor();
  expect(faults).toEqual([]);
  await page.context().close();
});

test("a token that the gateway refuses, out of the browser's sight, is replaced", async () => {
  const email = `visita.${Date.now()}@ejemplo.cl`;
  const { page } = await open("/sign-up");
  await fill(page, email);
  await page.getByRole("button", { name: "Crear cuenta" }).click();
  await page.getByRole("link", { name: "Ir a entrar" }).click();
  await confirm(outputs, email);
  await fill(page, email);
  await page.getByRole("button", { name: "Entrar" }).click();
  await page.getByRole("navigation").getByRole("link", { name: "Mercado" }).click();
  await page.getByRole("row", { name: /Apple/ }).waitFor();
  const forged = await page.evaluate(() => {
    const key = Object.keys(localStorage).find((name) => name.endsWith(".accessToken")) ?? "";
    const token = `${localStorage.getItem(key)?.split(".").slice(0, 2).join(".")}.forged`;
    localStorage.setItem(key, token);
    return { key, token };
  });
  // The board may be served from the browser's own cache, where nobody looks at the token.
  const devtools = await page.context().newCDPSession(page);
  await devtools.send("Network.enable");
  await devtools.send("Network.setCacheDisabled", { cacheDisabled: true });
  await page.reload();
  await page.getByRole("row", { name: /Apple/ }).waitFor();
  expect(await page.evaluate((key) => localStorage.getItem(key), forged.key)).not.toBe(
    forged.token,
  );
  await page.context().close();
});

/** Asked for by the browser, which alone resolves the local distribution's name. */
function answer(page: Page, path: string) {
  return page.evaluate(async (address) => {
    const response = await fetch(address, { cache: "no-store" });
    const headers = Object.fromEntries(response.headers.entries());
    return { status: response.status, headers, text: await response.text() };
  }, path);
}

test("the site is served as it must be: strict CSP, deep links, assets for ever, the page never", async () => {
  const { page } = await open("/market");
  const index = await answer(page, "/sign-up");
  expect(index.status).toBe(200);
  expect(index.headers["content-type"]).toContain("text/html");
  expect(index.headers["cache-control"]).toContain("no-cache");
  const csp = index.headers["content-security-policy"] ?? "";
  expect(csp).toContain("script-src 'self';");
  expect(csp).not.toContain("unsafe");
  const asset = await answer(page, /src="([^"]+)"/.exec(index.text)?.[1] ?? "no script");
  expect(asset.headers["content-type"]).toContain("javascript");
  expect(asset.headers["cache-control"]).toContain("immutable");
  expect((await answer(page, "/config.json")).headers["cache-control"]).toContain("no-cache");
  await page.context().close();
});
