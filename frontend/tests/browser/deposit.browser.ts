/** Depositing in a real browser, through a network that fails; only the API is a stand-in. */
import { describe, expect, test } from "vitest";
import { broker, go, LOSES_BODIES, useDesk } from "./desk";
import { button, page } from "./stage";

useDesk();

describe("a deposit", () => {
  test.skipIf(LOSES_BODIES)("whose answer is lost is made once, under one key", async () => {
    await go("/wallet");
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
    await go("/wallet");
    await button("Depositar").click();
    await page.getByLabel("Monto en dólares").fill("100.000,01");
    await button("Depositar").last().click();
    await page.getByText("A lo más US$100.000,00", { exact: true }).waitFor();
    expect(broker.deposits).toEqual([]);
  });
});
