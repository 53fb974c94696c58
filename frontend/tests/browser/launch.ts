/** The browser that tests drive, headless: Debian's Chromium, or its Firefox with BROWSER=firefox. */
import { existsSync } from "node:fs";
import { type Browser, chromium, firefox } from "playwright-core";

export const IS_FIREFOX = process.env.BROWSER === "firefox";

export function launch(): Promise<Browser> {
  return IS_FIREFOX ? launchFirefox() : launchChromium();
}

// The shell is the same engine without a desktop browser's own pages, which cost as much as ours.
const CHROMIUMS = ["/usr/bin/chromium-headless-shell", "/usr/bin/chromium"];

/** Quiet on the network. */
function launchChromium(): Promise<Browser> {
  const found = process.env.CHROMIUM ?? CHROMIUMS.find((path) => existsSync(path));
  if (!found) throw new Error("There is no Chromium: apt install chromium-headless-shell");
  return chromium.launch({
    executablePath: found,
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
  const found = process.env.FIREFOX ?? "/usr/bin/firefox-esr";
  if (!existsSync(found)) throw new Error("There is no Firefox: apt install firefox-esr");
  return firefox.launch({ channel: "moz-firefox", executablePath: found });
}
