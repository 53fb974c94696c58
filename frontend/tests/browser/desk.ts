/** A stage whose API takes purchases: what suites of buying share. The bindings are those of the running test. */
import type { BrowserContextOptions } from "playwright-core";
import { beforeEach } from "vitest";
import { type Broker, startBroker } from "./broker";
import { IS_FIREFOX } from "./launch";
import { button, page, show, useStage } from "./stage";

export const PATH = "/stocks/AAPL/buy";
// Over WebDriver BiDi, Playwright cannot pass on a request that it holds together with its body.
export const LOSES_BODIES = IS_FIREFOX;
/** The network's own words about what a test has cut. */
const CUTS = /ERR_FAILED|ERR_INTERNET_DISCONNECTED|status of (409|422|503)/;

export let broker: Broker;

export function useDesk(): void {
  useStage(CUTS);
  beforeEach(() => {
    broker = startBroker();
  });
}

export const go = (path: string, options: BrowserContextOptions = {}) =>
  show(path, broker.routes, options);

export async function review(amount = "100"): Promise<void> {
  await page.getByLabel("Cuánto quieres gastar").fill(amount);
  await button("Revisar compra").click();
  await page.getByRole("dialog").waitFor();
}
