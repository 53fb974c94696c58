/** From keys to words: fills the blanks of one language's text. */
import type { Key as FirstKey } from "./es";
import type { InsideKey } from "./es-inside";
import type { JobsKey } from "./es-jobs";
import type { OrdersKey } from "./es-orders";
import type { Locale } from "./locale";

export type Key = FirstKey | InsideKey | JobsKey | OrdersKey;
export type Blanks = Record<string, string | number>;

// A reader downloads the language that they read; the lazy screens bring words of their own (`inside.ts`).
const WORDS: Record<Locale, Record<string, string>> = { "es-CL": {}, "en-US": {} };

export function addWords(locale: Locale, words: Record<string, string>): void {
  Object.assign(WORDS[locale], words);
}

/** Must be done before the first word of a language is asked for. */
export async function loadWords(locale: Locale): Promise<void> {
  addWords(locale, locale === "es-CL" ? (await import("./es")).es : (await import("./en")).en);
}

export function translate(locale: Locale, key: Key, blanks: Blanks = {}): string {
  return (WORDS[locale][key] ?? key).replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(blanks[name] ?? whole),
  );
}
