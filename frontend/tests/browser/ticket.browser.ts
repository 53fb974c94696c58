/** The ticket and its review in a real browser: numbers as they are typed, money in place, prices that move. */
import { describe, expect, test } from "vitest";
import { SAMPLE_WALLET } from "./account-samples";
import { made } from "./api";
import { broker, go, PATH, review, useDesk } from "./desk";
import { sampleBoard } from "./samples";
import { json } from "./site";
import { button, heading, page, site } from "./stage";

useDesk();

const priceIs = (price: string) =>
  site.on(
    "GET /stocks/:symbol",
    made(() => ({ ...sampleBoard(Date.now())[0], price })),
  );
const walletHolds = (available: string) =>
  site.on("GET /wallet", json(200, { ...SAMPLE_WALLET, available }));

describe("a number", () => {
  test("is read as Spanish writes it, and said back before the review", async () => {
    await go(PATH);
    await page.getByText("Acciones", { exact: true }).click();
    await page.getByLabel("Cuántas acciones quieres").fill("1.500");
    await page.getByText("No te alcanza").waitFor();
    await page.getByLabel("Cuántas acciones quieres").fill("1,5");
    await page.getByText("Escribiste 1,5 acciones", { exact: true }).waitFor();
    await page.getByLabel("Cuántas acciones quieres").fill("1");
    await page.getByText("Escribiste 1 acción", { exact: true }).waitFor();
    await page.getByText("Monto", { exact: true }).click();
    await page.getByLabel("Cuánto quieres gastar").fill("1.000");
    await page.getByText("Escribiste US$1.000,00").waitFor();
  });

  test("is read as English writes it", async () => {
    await go(PATH, { locale: "en-US" });
    await page.getByText("Shares", { exact: true }).click();
    await page.getByLabel("How many shares you want").fill("1.500");
    await page.getByText("You typed 1.5 shares").waitFor();
  });
});

describe("without money", () => {
  test("parts of it cannot be chosen, and a deposit comes back to the same ticket", async () => {
    await go("/nowhere");
    walletHolds("0.00");
    await page.goto(site.origin + PATH);
    await page.getByText("Deposita para poder comprar").waitFor();
    for (const part of ["25 %", "50 %", "Todo"])
      expect(await page.getByRole("button", { name: part }).isDisabled(), part).toBe(true);

    await page.getByLabel("Cuánto quieres gastar").fill("100");
    await button("Depositar dinero").click();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Te faltan US$100,00 para esta compra.").waitFor();
    expect(await dialog.getByLabel("Monto en dólares").inputValue()).toBe("100,00");
    walletHolds("100.00");
    await dialog.getByRole("button", { name: "Depositar US$100,00" }).click();
    await dialog.waitFor({ state: "detached" });

    expect(new URL(page.url()).pathname).toBe(PATH);
    expect(await page.getByLabel("Cuánto quieres gastar").inputValue()).toBe("100");
    await page.getByText("Deposita para poder comprar").waitFor({ state: "detached" });
    await button("Revisar compra").click();
    await button("Enviar orden").click();
    await heading("Estamos enviando tu orden").waitFor();
    expect(broker.deposits).toHaveLength(1);
    expect(broker.bodies).toEqual([{ symbol: "AAPL", amount: "100", max_price: "192.1323" }]);
  });
});

describe("the review's price", () => {
  test("follows the market, and says what it was", async () => {
    await go(PATH);
    await review();
    const dialog = page.getByRole("dialog");
    await dialog.getByText("Comprar 0,525679 AAPL").waitFor();
    priceIs("191.00");
    await dialog.getByText("era US$190,23 al abrir la revisión").waitFor({ timeout: 15_000 });
    await dialog.getByText("Comprar 0,52356 AAPL").waitFor();
    await button("Enviar orden").click();
    await heading("Estamos enviando tu orden").waitFor();
    expect(broker.bodies).toEqual([{ symbol: "AAPL", amount: "100", max_price: "192.1323" }]);
  });

  test("above the highest one reviewed is not sent, but reviewed anew under another key", async () => {
    await go(PATH);
    await review();
    const dialog = page.getByRole("dialog");
    priceIs("200.00");
    await dialog.getByText("El precio subió por sobre tu máximo").waitFor({ timeout: 15_000 });
    expect(await button("Enviar orden").count()).toBe(0);
    await button("Revisar con el precio nuevo").click();
    await dialog.getByText("Comprar 0,5 AAPL").waitFor();
    await button("Enviar orden").click();
    await heading("Estamos enviando tu orden").waitFor();
    expect(broker.bodies).toEqual([{ symbol: "AAPL", amount: "100", max_price: "202" }]);
  });
});
