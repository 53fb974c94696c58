/** Reading one's account: lists, files, choices that last, and a chart for those who cannot see it. */
import { readFile } from "node:fs/promises";
import { describe, expect, test } from "vitest";
import { FULL, made } from "./api";
import { sampleJobs } from "./job-samples";
import { IS_FIREFOX } from "./launch";
import { sampleBoard } from "./samples";
import { shiftsOf, watchShifts } from "./shifts";
import type { Answer } from "./site";
import { page, show, site, useStage } from "./stage";

useStage();

describe("the market", () => {
  const firstRow = () => page.locator("tbody tr").first();

  test("is sorted by its heads, and says so", async () => {
    await show("/market");
    await page.getByRole("button", { name: "Precio" }).click();
    await firstRow().getByText("Meta Platforms, Inc.").waitFor();
    const head = page.getByRole("columnheader", { name: "Precio" });
    expect(await head.getAttribute("aria-sort")).toBe("descending");
    await page.getByRole("button", { name: "Precio" }).click();
    await firstRow().getByText("LATAM Airlines Group S.A.").waitFor();
  });

  test("keeps starred companies in a tab, after a reload too", async () => {
    await show("/market");
    await page.getByRole("button", { name: /SQM/ }).first().click();
    await page.getByText("Favoritas", { exact: true }).click();
    await firstRow().getByText("Sociedad Química").waitFor();
    expect(await page.locator("tbody tr").count()).toBe(1);
    expect(new URL(page.url()).search).toBe("?tab=favourites");
  });

  test("is searched by other names, and '/' leads to the search", async () => {
    await show("/market");
    await page.keyboard.press("/");
    await page.keyboard.type("google");
    await firstRow().getByText("Alphabet Inc.").waitFor();
    expect(await page.locator("tbody tr").count()).toBe(1);
    expect(new URL(page.url()).search).toBe("?q=google");
  });

  test("leads from a row to its company, and from its button to the ticket", async () => {
    await show("/market");
    // The link's area lies over the price: pressed where it stands.
    const price = await page.getByText("US$374,58").boundingBox();
    await page.mouse.click((price?.x ?? 0) + 5, (price?.y ?? 0) + 5);
    await page.getByRole("heading", { name: "Microsoft Corporation" }).waitFor();
    await page.goBack();
    await page.getByRole("link", { name: "Comprar IBM" }).click();
    await page.getByRole("heading", { name: "Comprar IBM" }).waitFor();
  });
});

describe("the company", () => {
  test("tells its chart in words and as a table", async () => {
    await show("/stocks/AAPL");
    const chart = page.getByRole("img", {
      name: /Apple Inc\., un día: desde US\$.* hasta US\$190,23/,
    });
    await chart.waitFor();
    await page.getByText("Ver como tabla").click();
    const table = page.locator("details table");
    await table.locator("tbody tr").nth(50).waitFor();
    expect(await table.locator("tbody tr").first().textContent()).toContain("US$190,23");
  });

  test("moves nothing when its price changes", async () => {
    await show("/nowhere");
    await page.clock.install();
    await page.goto(`${site.origin}/stocks/AAPL`);
    await page.getByRole("img", { name: /Apple/ }).waitFor();
    await page.waitForTimeout(500);
    await watchShifts(page);
    const risen = sampleBoard(Date.now()).map((stock) => ({ ...stock, price: "200.5" }));
    site.on(
      "GET /stocks/:symbol",
      made(() => risen[0]),
    );
    await page.clock.fastForward(21_000);
    await page.getByText("US$200,50").first().waitFor();
    await page.waitForTimeout(300);
    expect(await shiftsOf(page)).toEqual([]);
  });

  test("is drawn as candles, with the reader's own purchases marked, beside what groups buy", async () => {
    await show("/stocks/AAPL");
    await page.getByText("Tus compras", { exact: true }).waitFor();
    await page.getByText("Velas", { exact: true }).click();
    await page.getByText("1S", { exact: true }).click();
    await page.getByRole("img", { name: /una semana: desde/ }).waitFor();
    await page.getByText("Grupo 13").waitFor();
  });

  test("goes on in its history", async () => {
    await show("/stocks/AAPL");
    const rows = page
      .locator("section")
      .filter({ has: page.getByRole("heading", { name: "Precios anteriores" }) })
      .locator("tbody tr");
    expect(await rows.count()).toBe(25);
    await page.getByRole("button", { name: "Ver más" }).click();
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length >= 50);
    expect(await rows.count()).toBe(50);
  });
});

describe("lists", () => {
  // Over WebDriver BiDi, Playwright does not see a download of Firefox's.
  test.skipIf(IS_FIREFOX)("are saved as CSV, all pages in one file", async () => {
    const asked: string[] = [];
    const csv: Answer = (response, request) => {
      const url = new URL(request.url ?? "/", "http://localhost");
      asked.push(request.headers.accept ?? "");
      const isFirst = !url.searchParams.has("cursor");
      response
        .writeHead(200, { "Content-Type": "text/csv", ...(isFirst ? { "Next-Cursor": "2" } : {}) })
        .end(`order_id,cost\r\n${isFirst ? "one,1.00" : "two,2.00"}\r\n`);
    };
    await show("/orders");
    site.on("GET /orders", csv);
    const [download] = await Promise.all([
      page.waitForEvent("download"),
      page.getByRole("button", { name: "Descargar CSV" }).click(),
    ]);
    expect(download.suggestedFilename()).toMatch(/^vela-orders-\d{4}-\d{2}-\d{2}\.csv$/);
    const text = await readFile(await download.path(), "utf8");
    expect(text).toBe("\uFEFForder_id,cost\r\none,1.00\r\ntwo,2.00\r\n");
    expect(asked.filter((accept) => accept === "text/csv")).toHaveLength(2);
  });

  test("of requests are split into open ones and history", async () => {
    await show("/orders");
    expect(await page.locator("tbody tr").count()).toBe(8);
    await page.getByRole("link", { name: "Abiertas" }).click();
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 3);
    await page.getByRole("link", { name: "Historial" }).click();
    await page.waitForFunction(() => document.querySelectorAll("tbody tr").length === 5);
  });

  test("of movements have one row for a purchase, which opens into its steps", async () => {
    await show("/wallet", FULL, { viewport: { width: 390, height: 844 } });
    const rows = page.locator("#content details");
    expect(await rows.count()).toBe(6);
    const first = rows.first().locator("summary");
    expect(await first.textContent()).toMatch(
      /Compra de AAPL.*en reserva.*-US\$100,00.*Saldo US\$1\.029,46/,
    );
    await first.getByText("-US$100,00").waitFor();
    const paid = rows.nth(3);
    await paid.locator("summary").click();
    await paid.getByRole("row", { name: /Pago de AAPL.*US\$0,00.*-US\$95,12/ }).waitFor();
    await paid.getByRole("row", { name: /Reserva para AAPL.*-US\$95,12.*\+US\$95,12/ }).waitFor();
    await paid.getByRole("link", { name: "Ver la orden" }).waitFor();
  });
});

describe("projections", () => {
  test("show the trend with its margin, in words too", async () => {
    await show("/projections");
    await page.getByRole("link", { name: /AAPL a 30 días/ }).click();
    await page
      .getByRole("img", { name: /US\$201,00, con 95 % de certeza entre US\$193,50 y US\$208,50/ })
      .waitFor();
    await page.getByText("+US$97,27").waitFor();
  });

  test("that failed say why, from when on it makes sense, and are asked for anew", async () => {
    await show("/projections");
    await page.getByRole("link", { name: /LTM a 7 días/ }).click();
    const alert = page.getByRole("alert");
    await alert.getByText("muy pocos precios").waitFor();
    expect(await alert.textContent()).toContain("Tiene sentido reintentar desde");
    await page.getByRole("button", { name: "Calcular de nuevo" }).click();
    await page.getByText("La estamos calculando").waitFor();
  });

  test("are asked for from the company, with its symbol chosen", async () => {
    await show("/stocks/MSFT");
    await page.getByRole("link", { name: "Proyectar MSFT" }).click();
    expect(await page.getByLabel("Empresa").inputValue()).toBe("MSFT");
    await page.getByLabel("Días hacia adelante").fill("400");
    await page.getByText("De 1 a 365").waitFor();
    await page.getByLabel("Días hacia adelante").fill("90");
    await page.getByRole("button", { name: "Calcular" }).click();
    await page.getByRole("heading", { name: "MSFT a 90 días" }).waitFor();
  });

  test("tell whether the service that computes them is alive", async () => {
    await show("/projections");
    await page.getByText("Servicio de cálculo activo").waitFor();
  });
});

test("the portfolio's worth over time is computed when there is none, and drawn", async () => {
  let asked = 0;
  await show("/nowhere", {
    ...FULL,
    "GET /jobs": made(() => ({
      items: asked ? sampleJobs(Date.now()).slice(3) : [],
      next_cursor: null,
    })),
    "POST /jobs": made(() => {
      asked += 1;
      return sampleJobs(Date.now())[3];
    }),
  });
  await page.goto(`${site.origin}/portfolio`);
  await page.getByRole("img", { name: /Lo que valía tu cuenta cada día/ }).waitFor();
  expect(asked).toBe(1);
});

describe("settings", () => {
  test("write numbers as the reader likes, whatever the language, and still after a reload", async () => {
    await show("/settings");
    await page.getByText("1,234.56").click();
    await page.getByText("$100,000.00").waitFor();
    await page.reload();
    await page.getByText("$100,000.00").waitFor();
    await page.getByRole("radio", { name: "English" }).check({ force: true });
    await page.getByRole("heading", { name: "Settings" }).waitFor();
  });

  test("turn the theme", async () => {
    await show("/settings", FULL, { colorScheme: "light" });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.getByText("Oscuro", { exact: true }).click();
    expect(await background()).not.toBe(light);
  });
});

test("with reduced motion nothing moves", async () => {
  await show("/stocks/AAPL", FULL, { reducedMotion: "reduce" });
  const moving = await page.evaluate(
    () => document.getAnimations().filter((animation) => animation.playState === "running").length,
  );
  expect(moving).toBe(0);
});
