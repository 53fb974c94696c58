/** What the app says and offers when things go wrong: each failure in its own words, with a way on. */
import { describe, expect, test } from "vitest";
import { EMPTY, FULL } from "./api";
import { type Answer, json } from "./site";
import { page, show, site, useStage } from "./stage";

const never: Answer = () => undefined;
const down = json(503, { code: "unavailable", message: "", request_id: "r" });

// The browser's own words about what these tests break.
useStage(/status of (404|409|503)|ERR_FAILED|ERR_INTERNET_DISCONNECTED/);

describe("the API is down", () => {
  test.each([
    ["/wallet", "GET /wallet", "No pudimos cargar tu billetera", "US$1.029,46"],
    ["/portfolio", "GET /portfolio", "No pudimos cargar tu portafolio", "US$991,48"],
    ["/orders", "GET /orders", "No pudimos cargar tus órdenes", "Con demora"],
    ["/stocks/AAPL", "GET /stocks/:symbol", "No pudimos cargar el precio", "US$190,23"],
  ])("on %s it says what is missing, and comes back", async (path, route, words, there) => {
    await show(path, { ...FULL, [route]: down });
    const alert = page.getByRole("alert").filter({ hasText: words });
    await alert.waitFor();
    expect(await page.locator("#content").textContent()).not.toContain(there);
    const answer = FULL[route];
    if (answer) site.on(route, answer);
    await alert.getByRole("button", { name: "Reintentar" }).click();
    await page.locator("#content").getByText(there).first().waitFor();
    await alert.waitFor({ state: "detached" });
  });

  test("only in one part, the others go on", async () => {
    await show("/stocks/AAPL", { ...FULL, "GET /stocks/:symbol/prices": down });
    await page.getByText("No pudimos cargar la historia del precio").waitFor();
    expect(await page.getByLabel("Cuánto quieres gastar").isVisible()).toBe(true);
  });

  test("the wallet is unknown to the ticket: a dash, never zero", async () => {
    await show("/stocks/AAPL/buy", { ...FULL, "GET /wallet": down });
    await page.getByLabel("Cuánto quieres gastar").fill("100");
    const after = page.locator("dl > div").filter({ hasText: "Disponible después" });
    expect(await after.locator("dd").textContent()).toBe("—");
  });
});

test("a slow API is waited for in words, and nothing is shown in its place", async () => {
  await show("/portfolio", { ...FULL, "GET /portfolio": never });
  await page.getByText("Está tardando más de lo normal").waitFor({ timeout: 10_000 });
  expect(await page.locator("#content").textContent()).not.toMatch(/US\$/);
});

test("without a network it says so at once, keeps what it has, and recovers", async () => {
  await show("/wallet");
  await page.getByText("US$1.029,46").first().waitFor();
  await page.context().setOffline(true);
  await page.getByText("Sin conexión. Lo que ves puede haber cambiado.").waitFor();
  expect(await page.getByText("US$1.029,46").first().isVisible()).toBe(true);
  await page.context().setOffline(false);
  await page.getByText("Sin conexión").waitFor({ state: "detached" });
});

test("a screen that cannot be downloaded says so, and is there on the next try", async () => {
  await show("/market");
  await page.route("**/assets/portfolio-*.js", (route) => route.abort("failed"));
  await page.getByRole("link", { name: "Portafolio" }).click();
  await page.getByRole("heading", { name: "No pudimos abrir esta pantalla" }).waitFor();
  await page.unroute("**/assets/portfolio-*.js");
  await page.getByRole("button", { name: "Recargar" }).click();
  await page.getByRole("heading", { name: "Portafolio", exact: true }).waitFor();
});

describe("an address that leads nowhere", () => {
  test.each([
    ["/stocks/NOPE", "No conocemos “NOPE”", "Ir al mercado"],
    ["/stocks/NOPE/buy", "No conocemos “NOPE”", "Ir al mercado"],
    ["/stocks/%5EGSPC", "No conocemos “^GSPC”", "Ir al mercado"],
    ["/orders/nothing", "No encontramos esa orden", "Todas tus órdenes"],
    ["/nowhere", "Aquí no hay nada", "Ir al mercado"],
  ])("%s says so and offers a way on", async (path, words, way) => {
    await show(path, FULL);
    await page.getByRole("heading", { name: words }).waitFor();
    await page.locator("#content").getByRole("link", { name: way }).click();
    await page.getByRole("heading", { name: /Mercado|Órdenes/ }).waitFor();
  });
});

describe("an order", () => {
  const PATH = "/orders/be0e538d-c983-43e8-957b-39174";

  test("that is overdue says so plainly, and that the money is safe", async () => {
    await show(`${PATH}0000034`);
    const alert = page.getByRole("alert");
    await alert.getByText("La bolsa está tardando más de lo normal").waitFor();
    expect(await alert.textContent()).toMatch(
      /hace 34 min.*reservado y a salvo.*vuelto a enviar 3 veces/,
    );
  });

  test("that was rejected says what came back, and offers another try", async () => {
    await show(`${PATH}0000200`);
    await page.getByText("Te devolvimos US$18,52. No compraste nada.").waitFor();
    await page.getByText("La bolsa no dio más detalles").waitFor();
    await page.getByRole("link", { name: "Intentar otra compra" }).waitFor();
  });

  test("that was voided gives the operator's reason", async () => {
    await show(`${PATH}0002900`);
    await page.getByRole("heading", { name: "Anulamos tu orden" }).waitFor();
    await page.getByText("The exchange confirmed by telephone that it never arrived.").waitFor();
  });
});

describe("nothing yet", () => {
  test.each([
    ["/wallet", "Tu billetera está vacía"],
    ["/portfolio", "Tu portafolio está por empezar"],
    ["/orders", "Todavía no compras nada"],
    ["/orders/open", "Nada pendiente"],
  ])("on %s there is one thing to do", async (path, words) => {
    await show(path, EMPTY);
    await page.getByRole("heading", { name: words }).waitFor();
  });
});
