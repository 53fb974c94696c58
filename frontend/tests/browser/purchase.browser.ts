/** Buying in a real browser: through a network that fails, in both languages; only the API is a stand-in. */
import { describe, expect, test } from "vitest";
import { broker, go, LOSES_BODIES, PATH, review, useDesk } from "./desk";
import { json } from "./site";
import { button, heading, page, site } from "./stage";

useDesk();

// The heartbeat too: else the app takes a failed GET for a refused token.
const ORDERS = /\/api\/(orders|heartbeat)/;
const cutOff = () => page.route(ORDERS, (route) => route.abort("failed"));

const keptKey = () =>
  page.evaluate(() => JSON.parse(sessionStorage.getItem("vela.purchase") ?? "{}").key as string);

describe("a purchase", () => {
  test("is reviewed, sent once, and followed to its end: bought only when the exchange says so", async () => {
    await go(PATH);
    await review("100,00");
    const dialog = page.getByRole("dialog");
    expect(await dialog.textContent()).toContain("La bolsa puede rechazarla");
    expect(await dialog.textContent()).toMatch(/Comprar 0,525679 AAPL.*≈ US\$100,00/);
    await button("Enviar orden").click();

    await heading("Estamos enviando tu orden").waitFor();
    expect(broker.bodies).toEqual([{ symbol: "AAPL", amount: "100", max_price: "192.1323" }]);
    expect(await page.getByText(/Compraste/).count()).toBe(0);
    broker.move({ state: "SENT", sent_at: new Date().toISOString() });
    await heading("La bolsa la está revisando").waitFor();
    expect(await page.getByText(/Compraste/).count()).toBe(0);
    broker.move({ state: "ACCEPTED", ended_at: new Date().toISOString() });
    await heading("Compraste 0,525679 AAPL").waitFor();
    expect(await keptKey()).toBeUndefined();
  });

  test.skipIf(LOSES_BODIES)(
    "whose answer is lost is found by its key and not sent again",
    async () => {
      await go(PATH);
      await review();
      await page.route("**/api/orders", async (route) => {
        await route.fetch();
        await route.abort("failed");
      });
      await button("Enviar orden").click();
      await heading("Estamos enviando tu orden").waitFor();
      expect(broker.bodies).toHaveLength(1);
      expect(broker.placed.size).toBe(1);
    },
  );

  test("cut off from everything keeps its key over a reload, and is then bought once", async () => {
    await go(PATH);
    await review();
    const key = await keptKey();
    expect(key).toMatch(/^[0-9a-f-]{36}$/);
    await cutOff();
    await button("Enviar orden").click();
    await page.getByRole("alert").getByText("No sabemos si tu orden llegó").waitFor();
    expect(await keptKey()).toBe(key);

    await page.reload();
    await page.getByRole("alert").getByText("No sabemos si tu orden llegó").waitFor();
    await page.unroute(ORDERS);
    await button("Buscar y reintentar").click();
    await heading("Estamos enviando tu orden").waitFor();
    expect([...broker.placed.keys()]).toEqual([key]);
  });

  test("without an answer stands in the way of another one until it is settled", async () => {
    await go(PATH);
    await review();
    await cutOff();
    await button("Enviar orden").click();
    await button("Cerrar").click();
    await page.getByText("Una compra de AAPL quedó sin respuesta").waitFor();
    expect(await button("Revisar compra").count()).toBe(0);
    await page.unroute(ORDERS);
    await button("Ver qué pasó").click();
    await heading("Estamos enviando tu orden").waitFor();
    expect(broker.placed.size).toBe(1);
  });

  test("that is only looked at and left leaves nothing behind", async () => {
    await go(PATH);
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
    await go(PATH);
    await review();
    site.on("POST /orders", json(409, { code, message: "", request_id: "r" }));
    await button("Enviar orden").click();
    const alert = page.getByRole("alert");
    await alert.getByText(words).waitFor();
    expect(await alert.textContent()).toMatch(/no compramos nada/i);
    expect(await button("Enviar orden").count()).toBe(0);
    await button("Volver").click();
    expect(await page.getByLabel("Cuánto quieres gastar").inputValue()).toBe("100");
  });

  test("refused for a collision may be sent again, under the same key", async () => {
    await go(PATH);
    await review();
    const key = await keptKey();
    const take = broker.routes["POST /orders"];
    site.on("POST /orders", json(409, { code: "conflict", message: "", request_id: "r" }));
    await button("Enviar orden").click();
    await page.getByRole("alert").getByText("Algo cambió en el mismo instante").waitFor();
    if (take) site.on("POST /orders", take);
    await button("Enviar orden").click();
    await heading("Estamos enviando tu orden").waitFor();
    expect([...broker.placed.keys()]).toEqual([key]);
  });
});

describe("the ticket", () => {
  test("says what is wrong with a number while it is typed, and goes to it when sent", async () => {
    await go(PATH);
    await button("Revisar compra").click();
    await page.getByText("Escribe un número").waitFor();
    const field = page.getByLabel("Cuánto quieres gastar");
    await field.and(page.locator(":focus")).waitFor(); // the words come first, then the focus
    await field.fill("99999");
    await page.getByText("No te alcanza: tienes US$1.029,46 disponibles").waitFor();
    await page.getByRole("button", { name: "Depositar dinero" }).waitFor();
  });

  test("refuses to buy at a price that is too old, and says what will help", async () => {
    await go("/stocks/NFLX/buy");
    await page.getByText("El precio es muy antiguo para comprar").waitFor();
    expect(await button("Revisar compra").isDisabled()).toBe(true);
  });

  test("takes shares as well, to the sixth decimal", async () => {
    await go(PATH);
    await page.getByText("Acciones", { exact: true }).click();
    await page.getByLabel("Cuántas acciones quieres").fill("0,5");
    await page.getByText("≈ US$95,12").waitFor();
    await button("Revisar compra").click();
    await button("Enviar orden").click();
    await heading("Estamos enviando tu orden").waitFor();
    expect(broker.bodies).toEqual([{ symbol: "AAPL", quantity: "0.5", max_price: "192.1323" }]);
  });
});
test("the whole purchase speaks English to who reads English", async () => {
  await go(PATH, { locale: "en-US" });
  await page.getByLabel("How much you want to spend").fill("1,000.00");
  await button("Review purchase").click();
  await page.getByRole("dialog").getByText("≈ $1,000.00").waitFor();
  await button("Send order").click();
  await heading("We are sending your order").waitFor();
  expect(await page.locator("body").textContent()).not.toMatch(/orden|Comprar|Precio/);
});
