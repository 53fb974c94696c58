/**
 * What suites of a signed-in reader share: a site, a browser, one page at a time whose console must stay
 * empty. The bindings are those of the running test.
 */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach, expect } from "vitest";
import { FULL } from "./api";
import { NOTHING, watch } from "./console";
import { launch } from "./launch";
import { CONFIG, open } from "./shots";
import { type Routes, type Site, startSite } from "./site";

const DESKTOP = { width: 1280, height: 832 };

export let site: Site;
export let page: Page;
let browser: Browser;
let faults: string[];
let allowed: RegExp;

/** Call it once, at the top of a suite; `words` are the browser's own about what its tests break. */
export function useStage(words: RegExp = NOTHING): void {
  beforeAll(async () => {
    allowed = words;
    site = await startSite(CONFIG);
    browser = await launch();
  });
  afterAll(async () => {
    await browser?.close();
    await site?.close();
  });
  beforeEach(() => {
    faults = [];
  });
  afterEach(async () => {
    await page.context().close();
    expect(faults).toEqual([]);
  });
}

/** Opens a screen, in Spanish on a desktop unless told otherwise. */
export async function show(
  path: string,
  routes: Routes = FULL,
  options: BrowserContextOptions = {},
): Promise<void> {
  const shot = { name: path, path, signedIn: true, routes };
  const look = { locale: "es-CL", viewport: DESKTOP, ...options };
  page = await open(browser, site, shot, look, (opened) => watch(opened, faults, allowed));
}

export const button = (name: string | RegExp) => page.getByRole("button", { name });
export const heading = (name: string | RegExp) => page.getByRole("heading", { name });
