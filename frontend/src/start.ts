/**
 * What runs first, and is small for it: asks for the settings, the words and a returning reader's
 * first answers while the app itself (`main.tsx`) is still on its way.
 */
import { type EarlyAnswers, send } from "./api/send";
import { isUsable, storedTokens } from "./auth/tokens";
import { type Config, fetchConfig } from "./config";
import { age, moment } from "./format/ages";
import { percent, roundedPrice, signed } from "./format/numbers";
import { loadWords } from "./i18n/translate";
import { applyTheme, initialLocale, initialNumerals, initialTheme } from "./preferences";
import "./styles.css";

export interface HeadStart {
  config: Promise<Config>;
  words: Promise<void>;
  /** What was asked for once the settings had come. */
  answers: EarlyAnswers;
}

/** What a screen shows first, asked for before the screen itself is there. */
const EARLY: Record<string, readonly string[]> = {
  "/": ["/stocks", "/portfolio", "/wallet"],
  "/market": ["/stocks"],
};

function headStart(): HeadStart {
  const answers: EarlyAnswers = new Map();
  const config = fetchConfig().then((found) => {
    askEarly(found, EARLY[location.pathname] ?? [], answers);
    setTimeout(makeFormatters);
    return found;
  });
  const words = loadWords(initialLocale());
  // The app waits for both and says what failed; until it is there, nobody does.
  config.catch(() => undefined);
  words.catch(() => undefined);
  return { config, words, answers };
}

function askEarly(config: Config, paths: readonly string[], answers: EarlyAnswers): void {
  const stored = storedTokens(localStorage, config.user_pool_client_id);
  if (!isUsable(stored, Date.now())) return;
  for (const path of paths) {
    const request = new Request(`${config.api_url}${path}`);
    const answer = send(request, stored.accessToken);
    answer.catch(() => undefined); // likewise
    answers.set(request.url, answer);
  }
}

/**
 * The first formatter of each kind costs a slow phone more than drawing the board with them does. Now,
 * while everything that was asked for is on its way, it has nothing else to do.
 */
function makeFormatters(): void {
  const locale = initialLocale();
  const numerals = initialNumerals();
  const numbers = numerals === "auto" ? locale : numerals;
  const now = new Date();
  age(now.toISOString(), now.getTime(), locale);
  moment(now.toISOString(), locale);
  roundedPrice("1", "USD", numbers);
  signed("1", "1", numbers);
  percent("1", numbers);
}

applyTheme(initialTheme());
const head = headStart();
import("./main")
  .then(({ start }) => start(head))
  .catch((error: unknown) => {
    console.error(error);
    document.body.textContent =
      "Vela no pudo abrir. Recarga la página. · Vela could not open. Reload the page.";
  });
