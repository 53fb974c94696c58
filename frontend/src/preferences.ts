/** What the reader chose for this browser: language and theme. Storage may be forbidden: then nothing is kept. */
import { chooseLocale, type Locale } from "./i18n/locale";

export const THEMES = ["system", "light", "dark"] as const;
export type Theme = (typeof THEMES)[number];

const LOCALE_KEY = "vela.locale";
const THEME_KEY = "vela.theme";

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
