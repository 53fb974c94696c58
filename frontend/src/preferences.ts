/** What the reader chose for this browser. Storage may be forbidden: then nothing is kept. */
import { chooseLocale, LOCALES, type Locale } from "./i18n/locale";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

/** How numbers are written: as the language does, or always one way. */
export const NUMERALS = ["auto", ...LOCALES] as const;
export type Numerals = (typeof NUMERALS)[number];

const LOCALE_KEY = "vela.locale";
const THEME_KEY = "vela.theme";
const NUMERALS_KEY = "vela.numerals";
const STARS_KEY = "vela.stars";

function read(key: string): string | null {
  try {
    return localStorage.getItem(key);
  } catch {
    return null;
  }
}

function write(key: string, value: string): void {
  try {
    localStorage.setItem(key, value);
  } catch {
    // A preference that is not kept is no failure.
  }
}

export function initialLocale(): Locale {
  return chooseLocale(read(LOCALE_KEY), navigator.languages);
}

export function applyLocale(locale: Locale, isChoice: boolean): void {
  document.documentElement.lang = locale;
  if (isChoice) write(LOCALE_KEY, locale);
}

export function initialTheme(): Theme {
  const stored = read(THEME_KEY);
  return THEMES.find((theme) => theme === stored) ?? "system";
}

export function applyTheme(theme: Theme): void {
  document.documentElement.dataset.theme = theme;
  write(THEME_KEY, theme);
}

export function initialNumerals(): Numerals {
  const stored = read(NUMERALS_KEY);
  return NUMERALS.find((numerals) => numerals === stored) ?? "auto";
}

export function applyNumerals(numerals: Numerals): void {
  write(NUMERALS_KEY, numerals);
}

/** The symbols of the companies that the reader keeps on top. */
export function initialStars(): ReadonlySet<string> {
  return new Set((read(STARS_KEY) ?? "").split(" ").filter(Boolean));
}

export function applyStars(stars: ReadonlySet<string>): void {
  write(STARS_KEY, [...stars].sort().join(" "));
}
