/** What one chooses is kept on the account, and holds in another browser. */
import type { IncomingMessage } from "node:http";
import { describe, expect, test } from "vitest";
import { SAMPLE_ME } from "./account-samples";
import { FULL } from "./api";
import { bodyOf } from "./broker";
import { json, type Routes } from "./site";
import { heading, page, show, site, useStage } from "./stage";

useStage(/status of 503/);

type Settings = typeof SAMPLE_ME.settings | Record<string, unknown>;

/** An account that remembers; `changes` are what was sent to it. */
function account(first: Record<string, unknown> = {}) {
  let settings: Settings = { ...SAMPLE_ME.settings, ...first };
  const changes: unknown[] = [];
  const routes: Routes = {
    ...FULL,
    "GET /me": (response, request) => json(200, { ...SAMPLE_ME, settings })(response, request),
    "PATCH /me": async (response, request: IncomingMessage) => {
      const body = (await bodyOf(request)) as unknown as { settings: Settings };
      changes.push(body.settings);
      settings = { ...settings, ...body.settings };
      json(200, { ...SAMPLE_ME, settings })(response, request);
    },
  };
  return { routes, changes };
}

describe("the account", () => {
  test("keeps language, theme and mails", async () => {
    const { routes, changes } = account();
    await show("/settings", routes, { colorScheme: "light" });
    await page.getByText("Oscuro", { exact: true }).click();
    await page.getByLabel("Avísame por correo").check();
    await page.getByText("English", { exact: true }).click();
    await heading("Settings").waitFor();
    await expect
      .poll(() => changes)
      .toEqual([{ theme: "dark" }, { mails: { orders: true } }, { language: "en" }]);
  });

  test("brings them to another browser", async () => {
    const { routes } = account({ language: "en", theme: "dark" });
    await show("/settings", routes, { colorScheme: "light" });
    await heading("Settings").waitFor();
    expect(await page.evaluate(() => document.documentElement.dataset.theme)).toBe("dark");
  });

  test("keeps favourites: home shows them, and a browser's old stars move there", async () => {
    const { routes, changes } = account({ favourites: ["MSFT"] });
    await show("/", routes);
    await page
      .getByRole("link", { name: /MSFT.*Microsoft/ })
      .first()
      .waitFor();
    expect(changes).toEqual([]);

    const empty = account();
    await page.evaluate(() => localStorage.setItem("vela.stars", "AAPL SQM"));
    site.reset(empty.routes);
    await page.reload();
    await expect.poll(() => empty.changes).toEqual([{ favourites: ["AAPL", "SQM"] }]);
  });

  test("keeps what is starred on the board", async () => {
    const { routes, changes } = account({ favourites: ["MSFT"] });
    await show("/market", routes);
    await page.getByRole("button", { name: "Dejar de fijar MSFT" }).waitFor();
    await page.getByRole("button", { name: "Fijar AAPL arriba" }).click();
    await expect.poll(() => changes).toEqual([{ favourites: ["AAPL", "MSFT"] }]);
  });

  test("keeps starred companies on top of the board, after a reload too", async () => {
    const firstRow = () => page.locator("tbody tr").first();
    await show("/market", account({ favourites: [] }).routes);
    await page.getByRole("button", { name: "Fijar SQM arriba" }).click();
    await firstRow().getByText("Sociedad Química").waitFor();
    await page.reload();
    await firstRow().getByText("Sociedad Química").waitFor();
    await page.getByRole("button", { name: "Dejar de fijar SQM" }).click();
    await firstRow().getByText("Apple Inc.").waitFor();
  });

  test("writes numbers as the reader likes, whatever the language, and still after a reload", async () => {
    await show("/settings", account().routes);
    await page.getByText("1,234.56").click();
    await page.getByText("$100,000.00").waitFor();
    await page.reload();
    await page.getByText("$100,000.00").waitFor();
    await page.getByText("English", { exact: true }).click();
    await heading("Settings").waitFor();
    await page.getByText("$100,000.00").waitFor();
  });

  test("turns the theme", async () => {
    await show("/settings", account().routes, { colorScheme: "light" });
    const background = () => page.evaluate(() => getComputedStyle(document.body).backgroundColor);
    const light = await background();
    await page.getByText("Oscuro", { exact: true }).click();
    expect(await background()).not.toBe(light);
  });

  test("that does not take a change says so, and the change is taken back", async () => {
    const refusing = { ...account().routes, "PATCH /me": json(503, { code: "transient" }) };
    await show("/settings", refusing);
    await page.getByLabel("Avísame por correo").click();
    await page.getByText("No pudimos guardarlo en tu cuenta").waitFor();
    expect(await page.getByLabel("Avísame por correo").isChecked()).toBe(false);
  });
});
