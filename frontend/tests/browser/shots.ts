/** Every screen in every state that has a look of its own: for photographs and for axe. */
import type { Browser, BrowserContext, BrowserContextOptions, Page } from "playwright-core";
import { SAMPLE_WALLET, sampleOrder } from "./account-samples.ts";
import { EMPTY, FULL, list } from "./api.ts";
import { sampleBoard, storedSession } from "./samples.ts";
import { type Answer, json, type Routes, type Site } from "./site.ts";

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
  /** What the API answers; without, it knows the samples' whole account. */
  routes?: Routes;
  /** What brings the state about, once the screen is there. */
  act?: (page: Page) => Promise<void>;
  /** Among the photographs of the README. */
  isShown?: boolean;
}

export const board: Answer = (response, request) =>
  json(200, list(sampleBoard(Date.now())))(response, request);
const never: Answer = () => undefined;
const NOT_PUBLISHED = json(404, {});
const FAULT = json(409, { code: "conflict", message: "", request_id: "r" });

const AAPL = { symbol: "AAPL", quantity: "0.525679", price: "190.23", cost: "100.00" };
const ORDER_PATH = "/orders/be0e538d-c983-43e8-957b-391740000000";

const JOB_PATH = "/projections/2b9a7c64-1f0e-5c0e-8e0b-00000000000";

function order(minutesOld: number, sample: Partial<Parameters<typeof sampleOrder>[2]>): Routes {
  return {
    ...FULL,
    "GET /orders/:id": (response, request) =>
      json(200, sampleOrder(Date.now(), minutesOld, { ...AAPL, state: "SENT", ...sample }))(
        response,
        request,
      ),
  };
}

const inside = (name: string, path: string, rest: Partial<Shot> = {}): Shot => ({
  name,
  path,
  signedIn: true,
  ...rest,
});

async function review(page: Page): Promise<void> {
  await page.fill("[name=amount]", "100");
  await page.click("form [type=submit]");
  await page.waitForSelector("dialog[open]");
}

export const SHOTS: Shot[] = [
  { name: "front", path: "/", signedIn: false, isShown: true },
  {
    name: "front-waiting",
    path: "/",
    signedIn: false,
    routes: { "GET /data/board.json": NOT_PUBLISHED },
  },
  { name: "sign-in", path: "/sign-in", signedIn: false, isShown: true },
  {
    name: "sign-in-faults",
    path: "/sign-in",
    signedIn: false,
    act: (page) => page.click("[type=submit]"),
  },
  {
    name: "sign-up",
    path: "/sign-up",
    signedIn: false,
    isShown: true,
    act: (page) => page.fill("[name=password]", "Abc12"),
  },
  { name: "review", path: "/review", signedIn: false, isShown: true },
  inside("home", "/", { isShown: true }),
  inside("home-news", "/", { act: (page) => page.click("[popovertarget=news]") }),
  inside("home-new", "/", { routes: EMPTY, isShown: true }),
  inside("home-first-purchase", "/", {
    routes: { ...EMPTY, "GET /wallet": json(200, SAMPLE_WALLET) },
    act: async (page) => {
      await page.getByRole("button", { name: /Apple/ }).click();
      await page.fill("[name=amount]", "100");
    },
  }),
  inside("market", "/market", { isShown: true }),
  inside("market-menu", "/market", { act: (page) => page.click("[popovertarget=account]") }),
  inside("market-loading", "/market", { routes: { ...FULL, "GET /stocks": never } }),
  inside("market-empty", "/market", { routes: { ...FULL, "GET /stocks": json(200, list([])) } }),
  inside("market-no-match", "/market", { act: (page) => page.fill("[type=search]", "zzz") }),
  inside("market-error", "/market", { routes: { ...FULL, "GET /stocks": FAULT } }),
  inside("company", "/stocks/AAPL", { isShown: true }),
  inside("company-table", "/stocks/AAPL", { act: (page) => page.click("summary") }),
  inside("company-candles", "/stocks/AAPL", {
    isShown: true,
    act: async (page) => {
      await page.getByText("Velas", { exact: true }).or(page.getByText("Candles")).click();
      await page.getByText("1M", { exact: true }).click();
    },
  }),
  inside("company-new", "/stocks/FB", { routes: EMPTY }),
  inside("company-stale", "/stocks/NFLX"),
  inside("company-unknown", "/stocks/NOPE"),
  inside("buy", "/stocks/AAPL/buy", {
    isShown: true,
    act: (page) => page.fill("[name=amount]", "100"),
  }),
  inside("buy-faults", "/stocks/AAPL/buy", { act: (page) => page.fill("[name=amount]", "99999") }),
  inside("purchase-review", "/stocks/AAPL/buy", { isShown: true, act: review }),
  inside("purchase-refused", "/stocks/AAPL/buy", {
    routes: {
      ...FULL,
      "POST /orders": json(409, { code: "price_above_max", message: "", request_id: "r" }),
    },
    act: async (page) => {
      await review(page);
      await page.click("dialog button");
    },
  }),
  inside("order-pending", ORDER_PATH, { routes: order(0, { state: "PENDING" }) }),
  inside("order-sent", ORDER_PATH, { routes: order(0, {}), isShown: true }),
  inside("order-accepted", ORDER_PATH, { routes: order(3, { state: "ACCEPTED" }), isShown: true }),
  inside("order-rejected", ORDER_PATH, { routes: order(3, { state: "REJECTED" }), isShown: true }),
  inside("order-voided", ORDER_PATH, {
    routes: order(3000, { state: "VOIDED", reason: "It never reached the exchange." }),
  }),
  inside("order-overdue", ORDER_PATH, {
    routes: order(34, { overdue: true, asks: 3 }),
    isShown: true,
  }),
  inside("order-unknown", "/orders/nothing", { routes: EMPTY }),
  inside("orders", "/orders", { isShown: true }),
  inside("orders-empty", "/orders/open", { routes: EMPTY }),
  inside("orders-error", "/orders/done", { routes: { ...FULL, "GET /orders": FAULT } }),
  inside("wallet", "/wallet", { isShown: true }),
  inside("wallet-open", "/wallet", {
    act: (page) => page.locator("#content details summary").nth(3).click(),
  }),
  inside("wallet-empty", "/wallet", { routes: EMPTY }),
  inside("wallet-deposit", "/wallet", {
    isShown: true,
    act: async (page) => {
      await page.click("h1 ~ button, #content button");
      await page.fill("[name=amount]", "250,5");
    },
  }),
  inside("portfolio", "/portfolio", { isShown: true }),
  inside("portfolio-empty", "/portfolio", { routes: EMPTY }),
  inside("portfolio-loading", "/portfolio", { routes: { ...FULL, "GET /portfolio": never } }),
  inside("projections", "/projections", { isShown: true }),
  inside("projections-empty", "/projections", { routes: EMPTY }),
  inside("projection", `${JOB_PATH}3`, { isShown: true }),
  inside("projection-waiting", `${JOB_PATH}0`),
  inside("projection-failed", JOB_PATH.slice(0, -1).concat("20")),
  inside("settings", "/settings", { isShown: true }),
  inside("not-found", "/nowhere"),
];

const SETTLE_MS = 300;

/** Until no grey shape is left; a state that is all grey shapes is one after a while. */
async function settle(page: Page): Promise<void> {
  await page
    .waitForFunction(() => !document.querySelector("#content .animate-pulse.bg-raised"), null, {
      timeout: 1500,
    })
    .catch(() => undefined);
  await page.waitForTimeout(SETTLE_MS);
}

/** Every page of this context finds a session in the browser's storage. */
export function signIn(context: BrowserContext): Promise<unknown> {
  return context.addInitScript(
    (items) => {
      // Firefox runs this on its empty first page too, which has no storage.
      if (self.origin === "null") return;
      for (const [key, value] of Object.entries(items)) localStorage.setItem(key, value);
    },
    storedSession(CLIENT_ID, "ana.rojas@ejemplo.cl", 3600),
  );
}

/** Opens a shot in a browser context of its own; close that when done. `onPage` sees the page while it is empty. */
export async function open(
  browser: Browser,
  site: Site,
  shot: Shot,
  options: BrowserContextOptions,
  onPage: (page: Page) => void = () => undefined,
): Promise<Page> {
  const context = await browser.newContext(options);
  if (shot.signedIn) await signIn(context);
  const page = await context.newPage();
  onPage(page);
  site.reset(shot.routes ?? FULL);
  await page.goto(site.origin + shot.path);
  await page.waitForSelector("#content h1, #content h2, #content [role=status]");
  await settle(page);
  if (shot.act) {
    await shot.act(page);
    await settle(page);
  }
  return page;
}
