/** The browser that tests drive, headless: Debian's Chromium, or its Firefox with BROWSER=firefox. */
import { type Browser, chromium, firefox } from "playwright-core";

export const IS_FIREFOX = process.env.BROWSER === "firefox";

export function launch(): Promise<Browser> {
  return IS_FIREFOX ? launchFirefox() : launchChromium();
}

/** Quiet on the network. */
function launchChromium(): Promise<Browser> {
  return chromium.launch({
    executablePath: process.env.CHROMIUM ?? "/usr/bin/chromium",
    args: [
      "--headless",
      "--no-sandbox",
      "--disable-gpu",
      "--disable-quic",
      "--no-first-run",
      "--disable-background-networking",
      "--disable-component-update",
      "--disable-sync",
    ],
  });
}

/** As its makers build it, by WebDriver BiDi; Playwright's own build of it is not to be had from a registry. */
function launchFirefox(): Promise<Browser> {
  return firefox.launch({
    channel: "moz-firefox",
    executablePath: process.env.FIREFOX ?? "/usr/bin/firefox-esr",
  });
}
