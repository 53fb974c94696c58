/** From keys to words: chooses the plural form, and fills the blanks of one language's text. */
import { shares } from "../format/numbers";
import type { Key as Word } from "./es";
import type { Locale } from "./locale";

/** A text that depends on a count is named without its plural form: `market.count`. */
type Counted<K> = K extends `${infer Base}.other` ? Base : never;
export type Key = Word | Counted<Word>;
export type Blanks = Record<string, string | number>;

// A reader downloads the language that they read.
const WORDS: Record<Locale, Record<string, string>> = { "es-CL": {}, "en-US": {} };
const RULES = new Map<Locale, Intl.PluralRules>();

/** Must be done before the first word of a language is asked for. */
export async function loadWords(locale: Locale): Promise<void> {
  const words = locale === "es-CL" ? (await import("./es")).es : (await import("./en")).en;
  Object.assign(WORDS[locale], words);
}

/**
 * `count`, a number or a decimal string, chooses the plural form where the text has several, and is written
 * as numbers are.
 */
export function translate(
  locale: Locale,
  key: Key,
  blanks: Blanks = {},
  numbers: Locale = locale,
): string {
  const words = WORDS[locale];
  const text = words[key] ?? counted(words, locale, key, blanks.count) ?? key;
  const written = (name: string, value: string | number) =>
    name === "count" ? shares(String(value), numbers) : String(value);
  return text.replace(/\{(\w+)\}/g, (whole, name: string) => {
    const value = blanks[name];
    return value === undefined ? whole : written(name, value);
  });
}

function counted(
  words: Record<string, string>,
  locale: Locale,
  key: Key,
  count: string | number | undefined,
): string | undefined {
  const rules = RULES.get(locale) ?? new Intl.PluralRules(locale);
  RULES.set(locale, rules);
  // Spanish has a form for millions ('un millón de'), which no text here needs.
  return words[`${key}.${rules.select(Number(count))}`] ?? words[`${key}.other`];
}
