/**
 * The whole story of an investor at the deployed site: real distribution, policy, user pool, API,
 * bridge and exchange. The browser's console stays empty of errors, save what a test itself breaks.
 */
import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { launch } from "../browser/launch";
import { ENGLISH, Investor, outputs, PASSWORD, SPANISH } from "./investor";

let browser: Browser;
let investor: Investor;

beforeAll(async () => {
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
});

afterEach(async () => {
  await investor.context.close();
  expect(investor.faults).toEqual([]);
});

describe.each([
  ["Spanish", SPANISH],
  ["English", ENGLISH],
])("in %s", (_language, words) => {
  test("from sign-up to a settled purchase, and one that the exchange rejects", async () => {
    investor = await Investor.arrive(browser, words);
    const { page } = investor;
    await investor.join();
    await investor.deposit("500");

    await investor.buy("AAPL", "100");
    await investor.heading(words.bought).waitFor();
    await page.getByRole("navigation").getByRole("link", { name: words.portfolio }).click();
    await page.getByRole("row", { name: /AAPL/ }).waitFor();

    await investor.buy("LTMAY", "50");
    await investor.heading(words.rejected).waitFor();
    await page.getByText(words.returned).first().waitFor();

    await page.getByRole("link", { name: words.wallet }).click();
    const spent = words.locale === "es-CL" ? /US\$4\d\d,\d\d/ : /\$4\d\d\.\d\d/;
    await page.locator("dd").filter({ hasText: spent }).first().waitFor();
    await page.getByRole("navigation").getByRole("link", { name: words.orders }).first().click();
    await page.locator("tbody tr").nth(1).waitFor();
    expect(await page.locator("tbody tr").count()).toBe(2);
  });
});

test("two tabs: what one buys the other shows, and leaving one leaves both", async () => {
  investor = await Investor.arrive(browser);
  await investor.join();
  await investor.deposit("200");
  const other = await investor.context.newPage();
  investor.watch(other);
  await other.goto(`${outputs.site_url}/orders`);
  await other.getByRole("heading", { name: "Todavía no compras nada" }).waitFor();
  await investor.buy("AAPL", "20");
  await investor.heading(/^Compraste /).waitFor();
  await other.reload();
  await other.locator("tbody").getByText("Aceptada").waitFor();

  await investor.button("Tu cuenta").click();
  await investor.button("Cerrar sesión").click();
  await investor.heading("Hola de nuevo").waitFor();
  await other.getByRole("heading", { name: "Hola de nuevo" }).waitFor();
});

test("a connection lost in the middle of a purchase buys once", async () => {
  investor = await Investor.arrive(browser);
  const { page } = investor;
  await investor.join();
  await investor.deposit("200");
  await investor.review("AAPL", "50");
  investor.allow(/ERR_FAILED|ERR_INTERNET_DISCONNECTED/);
  let isCut = true;
  await page.route(/\/(orders|heartbeat)(\?|$)/, async (route) => {
    if (!isCut) return route.continue();
    // The order arrives; only its answer is lost.
    if (route.request().method() === "POST") await route.fetch();
    await route.abort("failed");
  });
  await investor.button("Enviar orden").click();
  await page.getByRole("alert").getByText("No sabemos si tu orden llegó").waitFor();
  await page.reload();
  await page.getByRole("alert").getByText("No sabemos si tu orden llegó").waitFor();
  isCut = false;
  await investor.button("Buscar y reintentar").click();
  await investor.heading(/^Compraste /).waitFor();
  expect(await investor.orderCount()).toBe(1);
});

test("a session that ends in the middle of a purchase: sign in, and go on where one was", async () => {
  investor = await Investor.arrive(browser);
  const { page } = investor;
  await investor.join();
  await investor.deposit("200");
  await investor.review("AAPL", "30");
  investor.allow(/status of (400|401)|ERR_FAILED|blocked by CORS/);
  await page.evaluate(() => {
    // As after hours away: no token that the gateway takes, none that Cognito renews.
    for (const key of Object.keys(localStorage)) {
      if (key.endsWith(".accessToken")) {
        const parts = (localStorage.getItem(key) ?? "").split(".");
        localStorage.setItem(key, `${parts[0]}.${parts[1]}.forged`);
      }
      if (key.endsWith(".refreshToken")) localStorage.setItem(key, "revoked");
    }
  });
  await investor.button("Enviar orden").click();
  await investor.heading("Hola de nuevo").waitFor();
  await page.getByRole("alert").getByText("Tu sesión terminó").waitFor();
  await investor.fillIn();
  await investor.button("Entrar").click();
  await investor.heading(/^Compraste /).waitFor();
  expect(await investor.orderCount()).toBe(1);
});

test("with the keyboard alone: sign in, deposit, buy", async () => {
  investor = await Investor.arrive(browser);
  const { page } = investor;
  await investor.join();
  await page.keyboard.press("Tab");
  await tabTo("Billetera");
  await page.keyboard.press("Enter");
  await page.getByRole("heading", { name: "Billetera", exact: true }).waitFor();
  await tabTo("Depositar");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await tabTo("Monto en dólares");
  await page.keyboard.type("100");
  await page.keyboard.press("Enter");
  await page.getByText("Depositaste US$100,00.").waitFor();
  await investor.go("/stocks/AAPL/buy");
  await investor.heading("Comprar AAPL").waitFor();
  await tabTo("Cuánto quieres gastar");
  await page.keyboard.type("10");
  await page.keyboard.press("Enter");
  await page.getByRole("dialog").waitFor();
  await tabTo("Enviar orden");
  await page.keyboard.press("Enter");
  await investor.heading(/^Compraste /).waitFor();

  async function tabTo(name: string): Promise<void> {
    for (let presses = 0; presses < 60; presses += 1) {
      const focused = await page.evaluate(() => {
        const element = document.activeElement as HTMLInputElement | null;
        if (!element?.matches("a, button, input, summary")) return "";
        return element.labels?.[0]?.textContent ?? element.textContent ?? "";
      });
      if (focused.trim().startsWith(name)) return;
      await page.keyboard.press("Tab");
    }
    throw new Error(`never reached ${name}`);
  }
});

test("a company: its line, its candles, what groups buy; and a projection of it", async () => {
  investor = await Investor.arrive(browser);
  const { page } = investor;
  await investor.join();
  await investor.go("/stocks/AAPL");
  await page.getByRole("img", { name: /Apple.*un día: desde US\$/ }).waitFor();
  await page.getByText("Velas", { exact: true }).click();
  await page.getByText("1S", { exact: true }).click();
  await page.getByRole("img", { name: /Apple.*una semana: desde US\$/ }).waitFor();
  await page.getByRole("heading", { name: "Lo que compran los grupos" }).waitFor();
  await page.getByRole("link", { name: "Proyectar AAPL" }).click();
  await page.getByText("Servicio de cálculo activo").waitFor();
  await page.getByLabel("Días hacia adelante").fill("1");
  await page.getByRole("button", { name: "Calcular" }).click();
  await page.getByRole("img", { name: /Proyección de AAPL a 1 días: US\$/ }).waitFor();
});

test("signed out everywhere, another device can renew its session no more", async () => {
  investor = await Investor.arrive(browser);
  await investor.join();
  const phone = await browser.newContext({ locale: "es-CL" });
  const there = await phone.newPage();
  await there.goto(`${outputs.site_url}/market`);
  await there.getByLabel("Correo electrónico").fill(investor.email);
  await there.getByLabel("Contraseña", { exact: true }).fill(PASSWORD);
  await there.getByRole("button", { name: "Entrar" }).click();
  await there.getByRole("row", { name: /Apple/ }).waitFor();

  await investor.go("/settings");
  await investor.button("Cerrar en todas partes").click();
  await investor.heading("Hola de nuevo").waitFor();
  await there.evaluate(() => {
    // Its access token has run out, as it does within the hour.
    const key = Object.keys(localStorage).find((name) => name.endsWith(".accessToken")) ?? "";
    const [head = "", body = ""] = (localStorage.getItem(key) ?? "").split(".");
    const claims = JSON.parse(atob(body.replaceAll("-", "+").replaceAll("_", "/")));
    const spent = btoa(JSON.stringify({ ...claims, exp: 1 })).replaceAll("=", "");
    localStorage.setItem(key, `${head}.${spent}.x`);
  });
  await there.goto(`${outputs.site_url}/wallet`);
  await there.getByRole("alert").getByText("Tu sesión terminó").waitFor();
  await phone.close();
});

test("an address of nowhere, behind the real distribution, is the app's own answer", async () => {
  investor = await Investor.arrive(browser);
  await investor.join();
  investor.allow(/status of 404/);
  await investor.go("/stocks/NOPE");
  await investor.heading("No conocemos “NOPE”").waitFor();
});
