/** From keys to words: fills the blanks of one language's text. */
import { en } from "./en";
import { es, type Key } from "./es";
import type { Locale } from "./locale";

export type Blanks = Record<string, string | number>;

const WORDS: Record<Locale, Record<Key, string>> = { "es-CL": es, "en-US": en };

export function translate(locale: Locale, key: Key, blanks: Blanks = {}): string {
  return WORDS[locale][key].replace(/\{(\w+)\}/g, (whole, name: string) =>
    String(blanks[name] ?? whole),
  );
}
