/** Buying by keyboard alone, and what a screen reader is told meanwhile. */
import { describe, expect, test } from "vitest";
import { broker, go, PATH, review, useDesk } from "./desk";
import { button, heading, page } from "./stage";

useDesk();

describe("with the keyboard alone", () => {
  test("a company is found, bought and followed", async () => {
    await go("/market");
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
    await tabTo("Enviar orden");
    await page.keyboard.press("Enter");
    await heading("Estamos enviando tu orden").waitFor();
  });

  test("leaving the review gives the focus back", async () => {
    await go(PATH);
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
    await go(PATH);
    await review();
    await button("Enviar orden").click();
    await heading("Estamos enviando tu orden").waitFor();
    broker.move({
      state: "REJECTED",
      ended_at: new Date().toISOString(),
      released: "100.00",
      reason: "the exchange rejected it",
    });
    const news = page.getByRole("status").filter({ hasText: "La bolsa rechazó tu orden" });
    await news.waitFor();
    expect(await news.textContent()).toContain("Te devolvimos US$100,00. No compraste nada.");
  });

  test("is not every price that changes", async () => {
    await go("/stocks/AAPL");
    const live = await page.locator("[aria-live], [role=status], [role=alert]").allTextContents();
    expect(live.join("")).toBe("");
  });
});
