/** Buying in a real browser: through a network that fails, by keyboard, in both languages; only the API is a stand-in. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import { type Broker, startBroker } from "./broker";
import { watch } from "./console";
import { IS_FIREFOX, launch } from "./launch";
import { CONFIG, open } from "./shots";
import { json, type Site, startSite } from "./site";

const PATH = "/stocks/AAPL/buy";
// Over WebDriver BiDi, Playwright cannot pass on a request that it holds together with its body.
const LOSES_BODIES = IS_FIREFOX;
/** The network's own words about what a test has cut. */
const CUTS = /ERR_FAILED|ERR_INTERNET_DISCONNECTED|status of (409|422|503)/;

let site: Site;
let browser: Browser;
let broker: Broker;
let page: Page;
let faults: string[];

beforeAll(async () => {
  site = await startSite(CONFIG);
  browser = await launch();
});

afterAll(async () => {
  await browser?.close();
  await site?.close();
});

beforeEach(() => {
  broker = startBroker();
  faults = [];
});

afterEach(async () => {
  await page.context().close();
  expect(faults).toEqual([]);
});

async function show(path: string, options: BrowserContextOptions = {}): Promise<void> {
  const shot = { name: path, path, signedIn: true, routes: broker.routes };
  page = await open(browser, site, shot, { locale: "es-CL", ...options }, (opened) =>
    watch(opened, faults, CUTS),
  );
}

const button = (name: string | RegExp) => page.getByRole("button", { name });
const heading = (name: string | RegExp) => page.getByRole("heading", { name });

async function review(amount = "100"): Promise<void> {
  await page.getByLabel("Cuánto quieres gastar").fill(amount);
  await button("Revisar compra").click();
  await page.getByRole("dialog").waitFor();
}

// The heartbeat too: else the app takes a failed GET for a refused token.
const ORDERS = /\/api\/(orders|heartbeat)/;
const cutOff = () => page.route(ORDERS, (route) => route.abort("failed"));

const keptKey = () =>
  page.evaluate(() => JSON.parse(sessionStorage.getItem("vela.purchase") ?? "{}").key as string);

describe("a purchase", () => {
  test("is reviewed, sent once, and followed to its end: bought only when the exchange says so", async () => {
    await show(PATH);
    await review("100,00");
    const dialog = page.getByRole("dialog");
    expect(await dialog.textContent()).toContain("La bolsa puede rechazarla");
    expect(await dialog.textContent()).toMatch(/Comprar 0,525679 AAPL.*≈ US\$100,00/);
    await button("Enviar solicitud").click();

    await heading("Estamos enviando tu solicitud").waitFor();
    expect(broker.bodies).toEqual([{ symbol: "AAPL", amount: "100", max_price: "192.1323" }]);
    expect(await page.getByText(/Compraste/).count()).toBe(0);
    broker.move({ state: "SENT", sent_at: new Date().toISOString() });
    await heading("La bolsa la está decidiendo").waitFor();
    expect(await page.getByText(/Compraste/).count()).toBe(0);
    broker.move({ state: "ACCEPTED", ended_at: new Date().toISOString() });
    await heading("Compraste 0,525679 AAPL").waitFor();
    expect(await keptKey()).toBeUndefined();
  });

  test.skipIf(LOSES_BODIES)(
    "whose answer is lost is found by its key and not sent again",
    async () => {
      await show(PATH);
      await review();
      await page.route("**/api/orders", async (route) => {
        await route.fetch();
        await route.abort("failed");
      });
      await button("Enviar solicitud").click();
      await heading("Estamos enviando tu solicitud").waitFor();
      expect(broker.bodies).toHaveLength(1);
      expect(broker.placed.size).toBe(1);
    },
  );

  test("cut off from everything keeps its key over a reload, and is then bought once", async () => {
    await show(PATH);
    await review();
    const key = await keptKey();
    expect(key).toMatch(/^[0-9a-f-]{36}$/);
    await cutOff();
    await button("Enviar solicitud").click();
    await page.getByRole("alert").getByText("No sabemos si tu solicitud llegó").waitFor();
    expect(await keptKey()).toBe(key);

    await page.reload();
    await page.getByRole("alert").getByText("No sabemos si tu solicitud llegó").waitFor();
    await page.unroute(ORDERS);
    await button("Buscar y reintentar").click();
    await heading("Estamos enviando tu solicitud").waitFor();
    expect([...broker.placed.keys()]).toEqual([key]);
  });

  test("without an answer stands in the way of another one until it is settled", async () => {
    await show(PATH);
    await review();
    await cutOff();
    await button("Enviar solicitud").click();
    await button("Cerrar").click();
    await page.getByText("Una compra de AAPL quedó sin respuesta").waitFor();
    expect(await button("Revisar compra").count()).toBe(0);
    await page.unroute(ORDERS);
    await button("Ver qué pasó").click();
    await heading("Estamos enviando tu solicitud").waitFor();
    expect(broker.placed.size).toBe(1);
  });

  test("that is only looked at and left leaves nothing behind", async () => {
    await show(PATH);
    await review();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await keptKey()).toBeUndefined();
    expect(broker.bodies).toEqual([]);
  });

  test.each([
    ["insufficient_funds", "No te alcanza el dinero disponible"],
    ["price_too_old", "El precio es muy antiguo"],
    ["price_above_max", "El precio subió"],
    ["something_new", "No pudimos aceptar esta compra"],
  ])("refused for %s says so, and that nothing was bought", async (code, words) => {
    await show(PATH);
    await review();
    site.on("POST /orders", json(409, { code, message: "", request_id: "r" }));
    await button("Enviar solicitud").click();
    const alert = page.getByRole("alert");
    await alert.getByText(words).waitFor();
    expect(await alert.textContent()).toMatch(/no compramos nada/i);
    expect(await button("Enviar solicitud").count()).toBe(0);
    await button("Volver").click();
    expect(await page.getByLabel("Cuánto quieres gastar").inputValue()).toBe("100");
  });

  test("refused for a collision may be sent again, under the same key", async () => {
    await show(PATH);
    await review();
    const key = await keptKey();
    const take = broker.routes["POST /orders"];
    site.on("POST /orders", json(409, { code: "conflict", message: "", request_id: "r" }));
    await button("Enviar solicitud").click();
    await page.getByRole("alert").getByText("Algo cambió en el mismo instante").waitFor();
    if (take) site.on("POST /orders", take);
    await button("Enviar solicitud").click();
    await heading("Estamos enviando tu solicitud").waitFor();
    expect([...broker.placed.keys()]).toEqual([key]);
  });
});

describe("the ticket", () => {
  test("says what is wrong with a number while it is typed, and goes to it when sent", async () => {
    await show(PATH);
    await button("Revisar compra").click();
    await page.getByText("Escribe un número").waitFor();
    const field = page.getByLabel("Cuánto quieres gastar");
    expect(await field.evaluate((element) => element === document.activeElement)).toBe(true);
    await field.fill("99999");
    await page.getByText("No te alcanza: tienes US$1.029,46 disponibles").waitFor();
    await page.getByRole("link", { name: "Depositar dinero" }).waitFor();
  });

  test("refuses to buy at a price that is too old, and says what will help", async () => {
    await show("/stocks/NFLX/buy");
    await page.getByText("El precio es muy antiguo para comprar").waitFor();
    expect(await button("Revisar compra").isDisabled()).toBe(true);
  });

  test("takes shares as well, to the sixth decimal", async () => {
    await show(PATH);
    await page.getByText("Acciones", { exact: true }).click();
    await page.getByLabel("Cuántas acciones quieres").fill("0,5");
    await page.getByText("≈ US$95,12").waitFor();
    await button("Revisar compra").click();
    await button("Enviar solicitud").click();
    await heading("Estamos enviando tu solicitud").waitFor();
    expect(broker.bodies).toEqual([{ symbol: "AAPL", quantity: "0.5", max_price: "192.1323" }]);
  });
});

describe("with the keyboard alone", () => {
  test("a company is found, bought and followed", async () => {
    await show("/");
    await page.keyboard.press("Tab");
    expect(await page.evaluate(() => document.activeElement?.textContent)).toBe(
      "Saltar al contenido",
    );
    await tabTo("Apple Inc.");
    await page.keyboard.press("Enter");
    await heading("Apple Inc.").waitFor();
    await tabTo("Cuánto quieres gastar");
    await page.keyboard.type("100");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await tabTo("Enviar solicitud");
    await page.keyboard.press("Enter");
    await heading("Estamos enviando tu solicitud").waitFor();
  });

  test("leaving the review gives the focus back", async () => {
    await show(PATH);
    await page.getByLabel("Cuánto quieres gastar").focus();
    await page.keyboard.type("100");
    await page.keyboard.press("Enter");
    await page.getByRole("dialog").waitFor();
    await page.keyboard.press("Escape");
    await page.getByRole("dialog").waitFor({ state: "detached" });
    expect(await focused()).toContain("Cuánto quieres gastar");
  });
});

/** What a screen reader would name the focused element by, roughly. */
function focused(): Promise<string> {
  return page.evaluate(() => {
    const element = document.activeElement as HTMLInputElement | null;
    if (!element?.matches("a, button, input, summary")) return "";
    const label = element.labels?.[0]?.textContent;
    return label ?? element.getAttribute("aria-label") ?? element.textContent ?? "";
  });
}

async function tabTo(name: string): Promise<void> {
  for (let presses = 0; presses < 60; presses += 1) {
    if ((await focused()).includes(name)) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`never reached ${name}`);
}

describe("what a screen reader is told by itself", () => {
  test("is the reader's own order, as it moves", async () => {
    await show(PATH);
    await review();
    await button("Enviar solicitud").click();
    await heading("Estamos enviando tu solicitud").waitFor();
    broker.move({
      state: "REJECTED",
      ended_at: new Date().toISOString(),
      released: "100.00",
      reason: "the exchange rejected it",
    });
    const news = page.getByRole("status").filter({ hasText: "La bolsa rechazó tu solicitud" });
    await news.waitFor();
    expect(await news.textContent()).toContain("Te devolvimos US$100,00. No compraste nada.");
  });

  test("is not every price that changes", async () => {
    await show("/stocks/AAPL");
    const live = await page.locator("[aria-live], [role=status], [role=alert]").allTextContents();
    expect(live.join("")).toBe("");
  });
});

test("the whole purchase speaks English to who reads English", async () => {
  await show(PATH, { locale: "en-US" });
  await page.getByLabel("How much you want to spend").fill("1,000.00");
  await button("Review purchase").click();
  await page.getByRole("dialog").getByText("≈ $1,000.00").waitFor();
  await button("Send request").click();
  await heading("We are sending your request").waitFor();
  expect(await page.locator("body").textContent()).not.toMatch(/solicitud|Comprar|Precio/);
});

describe("a deposit", () => {
  test.skipIf(LOSES_BODIES)("whose answer is lost is made once, under one key", async () => {
    await show("/wallet");
    await button("Depositar").click();
    await page.getByLabel("Monto en dólares").fill("1.000");
    let isFirst = true;
    await page.route("**/api/wallet/deposits", async (route) => {
      if (!isFirst) return route.continue();
      isFirst = false;
      await route.fetch();
      await route.abort("failed");
    });
    await button("Depositar US$1.000,00").click();
    await page.getByRole("alert").getByText("No sabemos si el depósito llegó").waitFor();
    await button("Reintentar").click();
    await page.getByRole("alert").getByText("Depositaste US$1.000,00.").waitFor();
    expect(broker.deposits).toHaveLength(2);
    expect(new Set(broker.deposits).size).toBe(1);
  });

  test("above the limit is not even sent", async () => {
    await show("/wallet");
    await button("Depositar").click();
    await page.getByLabel("Monto en dólares").fill("100.000,01");
    await button("Depositar").last().click();
    await page.getByText("A lo más US$100.000,00", { exact: true }).waitFor();
    expect(broker.deposits).toEqual([]);
  });
});
