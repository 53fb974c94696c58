/** The front page and the home in a real browser: what is there for whom, and what happens by itself. */
import { describe, expect, test } from "vitest";
import { sampleOrder } from "./account-samples";
import { EMPTY, FULL, list, made } from "./api";
import { json } from "./site";
import { button, heading, page, show, site, useStage } from "./stage";

useStage(/status of 404/);

const leave = () => page.evaluate(() => localStorage.clear());
const AAPL = { symbol: "AAPL", quantity: "0.5", price: "190.23", cost: "95.12" };

describe("the front page", () => {
  test("shows the live board to who is not signed in, and leads to an account", async () => {
    await show("/nowhere");
    await page.context().addInitScript(() => localStorage.clear());
    await leave();
    await page.goto(site.origin);
    await heading("Invierte en grandes empresas, desde un dólar").waitFor();
    await page.getByText("US$1.312,21").waitFor();
    await page.getByRole("heading", { name: "Precios y comisiones" }).waitFor();
    await page.getByRole("button", { name: "English" }).click();
    await heading("Invest in great companies, from one dollar").waitFor();
    await page.getByText("$1,312.21").waitFor();
    await page.getByRole("link", { name: "Create account" }).first().click();
    await heading("Create your account").waitFor();
  });

  test("is whole where no board is published yet, or the site answers with its page", async () => {
    await show("/nowhere");
    await page.context().addInitScript(() => localStorage.clear());
    site.on("GET /data/board.json", (response) => {
      response.writeHead(200, { "Content-Type": "text/html" }).end("<!doctype html>");
    });
    await page.goto(site.origin);
    await page.getByText("Los precios aparecerán aquí").waitFor();
    site.on("GET /data/board.json", json(404, {}));
    await page.reload();
    await page.getByText("Los precios aparecerán aquí").waitFor();
  });
});

describe("home", () => {
  test("adds up: net worth is cash and shares", async () => {
    await show("/");
    const worth = page.getByRole("region", { name: "Tu patrimonio" });
    expect(await worth.textContent()).toMatch(
      /US\$2\.316,73.*\+US\$4,95 \(\+0,21%\) hoy.*US\$1\.325,25.*US\$991,48/,
    );
  });

  test("tells news of own orders by bell and by toast, wherever one is", async () => {
    const order = sampleOrder(Date.now(), 0, { ...AAPL, state: "SENT" });
    let now = order;
    await show("/nowhere", { ...FULL, "GET /orders": made(() => list([now])) });
    await page.goto(`${site.origin}/wallet`);
    await heading("Billetera").waitFor();
    now = {
      ...order,
      state: "ACCEPTED",
      ended_at: new Date(Date.now() + 1_000).toISOString(),
    };
    await page.getByRole("status").getByText("Compraste 0,5 AAPL").waitFor();
    await button("1 novedad").click();
    await page.locator("#news").getByText("Pagaste US$95,12").waitFor();
  });

  test("takes a new investor through deposit, choice and purchase in place", async () => {
    let available = "0.00";
    const wallet = made(() => ({
      available,
      held: "0.00",
      total: available,
      currency: "USD",
      account_version: 1,
    }));
    await show("/", {
      ...EMPTY,
      "GET /wallet": wallet,
      "POST /wallet/deposits": (response, request) => {
        available = "500.00";
        json(201, { deposit_id: "d", amount: "500.00", currency: "USD", recorded_at: "" })(
          response,
          request,
        );
      },
    });
    const steps = page.getByRole("region", { name: "Tu primera compra en tres pasos" });
    await steps.getByRole("button", { name: "Depositar" }).click();
    await page.getByLabel("Monto en dólares").fill("500");
    await button("Depositar US$500,00").click();
    await steps.getByText("Tienes US$500,00 disponibles").waitFor();
    await steps.getByRole("button", { name: /Apple/ }).click();
    await page.getByLabel("Cuánto quieres gastar").fill("100");
    await button("Revisar compra").click();
    await page.getByRole("dialog").getByText("Comprar 0,525679 AAPL").waitFor();
    expect(new URL(page.url()).pathname).toBe("/");
  });
});
