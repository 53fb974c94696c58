/** Every screen in every state that has a look of its own: for photographs and for axe. */
import type { Browser, BrowserContextOptions, Page } from "playwright-core";
import { sampleBoard, storedSession } from "./samples.ts";
import { type Answer, json, type Site } from "./site.ts";

export const CLIENT_ID = "a-client";

/** Enough to show every screen; nobody can sign in with it. */
export const CONFIG = {
  api_url: "/api",
  region: "us-east-1",
  user_pool_id: "us-east-1_aaaaaaaaa",
  user_pool_client_id: CLIENT_ID,
  stage: "local",
};

export interface Shot {
  name: string;
  path: string;
  signedIn: boolean;
  stocks?: Answer;
  /** What brings the state about, once the screen is there. */
  act?: (page: Page) => Promise<void>;
}

export const board: Answer = (response, request) =>
  json(200, { items: sampleBoard(Date.now()), next_cursor: null })(response, request);
const never: Answer = () => undefined;

export const SHOTS: Shot[] = [
  { name: "sign-in", path: "/", signedIn: false },
  {
    name: "sign-in-faults",
    path: "/",
    signedIn: false,
    act: (page) => page.click("[type=submit]"),
  },
  {
    name: "sign-up",
    path: "/sign-up",
    signedIn: false,
    act: (page) => page.fill("[name=password]", "Abc12"),
  },
  { name: "review", path: "/review", signedIn: false },
  { name: "market", path: "/", signedIn: true, stocks: board },
  { name: "market-loading", path: "/", signedIn: true, stocks: never },
  {
    name: "market-empty",
    path: "/",
    signedIn: true,
    stocks: json(200, { items: [], next_cursor: null }),
  },
  {
    name: "market-no-match",
    path: "/",
    signedIn: true,
    stocks: board,
    act: (page) => page.fill("[type=search]", "zzz"),
  },
  {
    name: "market-error",
    path: "/",
    signedIn: true,
    stocks: json(409, { code: "conflict", message: "", request_id: "r" }),
  },
  { name: "not-found", path: "/nowhere", signedIn: true },
];

const SETTLE_MS = 400;

/** Opens a shot in a browser context of its own; close that when done. */
export async function open(
  browser: Browser,
  site: Site,
  shot: Shot,
  options: BrowserContextOptions,
): Promise<Page> {
  const context = await browser.newContext(options);
  const session = shot.signedIn ? storedSession(CLIENT_ID, "ana.rojas@ejemplo.cl", 3600) : {};
  await context.addInitScript((items) => {
    for (const [key, value] of Object.entries(items)) localStorage.setItem(key, value);
  }, session);
  const page = await context.newPage();
  site.onStocks(shot.stocks ?? json(200, { items: [], next_cursor: null }));
  await page.goto(site.origin + shot.path);
  await page.waitForSelector("#content h1, #content h2");
  await page.waitForTimeout(SETTLE_MS);
  if (shot.act) {
    await shot.act(page);
    await page.waitForTimeout(SETTLE_MS);
  }
  return page;
}
