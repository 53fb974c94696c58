/** What a page gets wrong by itself: stories expect nothing in the browser's console. */
import type { Page } from "playwright-core";

export const NOTHING = /^$/;

/** Collects errors but those that match: the browser's own words about what a test breaks. */
export function watch(page: Page, faults: string[], allowed: RegExp): void {
  page.on("pageerror", (error) => faults.push(String(error)));
  page.on("console", (message) => {
    if (message.type() === "error" && !allowed.test(message.text())) faults.push(message.text());
  });
}
