/** What the reader has chosen, kept on the account; a browser's own copy serves until the account is read. */
import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useCallback, useEffect, useState } from "preact/hooks";
import { type Me, meQuery } from "../api/account";
import { unwrap } from "../api/client";
import type { components } from "../api/schema";
import { useLanguage, useServices } from "../context";
import type { Locale } from "../i18n/locale";
import { applyStars, initialStars, type Theme } from "../preferences";
import { useTheme } from "../ui/theme";

export type Settings = components["schemas"]["Settings"];

const LANGUAGES = { es: "es-CL", en: "en-US" } as const;

export function languageOf(locale: Locale): "es" | "en" {
  return locale === "es-CL" ? "es" : "en";
}

export function localeOf(language: Settings["language"]): Locale | null {
  return language && LANGUAGES[language];
}

/** On an account, the system's theme is the absence of a choice. */
export function themeOf(theme: Theme): Settings["theme"] {
  return theme === "system" ? null : theme;
}

export interface AccountSettings {
  /** Undefined until the account is read. */
  settings: Settings | undefined;
  /** Shown at once; taken back, with false, where the account did not take it. */
  change: (changed: Partial<Settings>) => Promise<boolean>;
}

export function useSettings(): AccountSettings {
  const { api } = useServices();
  const queries = useQueryClient();
  const settings = useQuery(meQuery(api)).data?.settings;
  const change = useCallback(
    async (changed: Partial<Settings>) => {
      const key = meQuery(api).queryKey;
      const before = queries.getQueryData<Me>(key);
      if (before)
        queries.setQueryData(key, { ...before, settings: { ...before.settings, ...changed } });
      try {
        const { mails, ...rest } = changed;
        const body = { settings: { ...rest, ...(mails ? { mails } : {}) } };
        queries.setQueryData(key, unwrap(await api.PATCH("/me", { body })));
        return true;
      } catch {
        queries.setQueryData(key, before);
        return false;
      }
    },
    [api, queries],
  );
  return { settings, change };
}

/** Once the account is read, its language and theme hold in this browser too. */
export function useAccountLook(): void {
  const { settings } = useSettings();
  const { locale, chooseLocale } = useLanguage();
  const [theme, chooseTheme] = useTheme();
  const wanted = settings && localeOf(settings.language);
  const wantedTheme = settings?.theme;
  useEffect(() => {
    if (wanted && wanted !== locale) chooseLocale(wanted);
  }, [wanted]);
  useEffect(() => {
    if (wantedTheme && wantedTheme !== theme) chooseTheme(wantedTheme);
  }, [wantedTheme]);
}

export interface Favourites {
  symbols: ReadonlySet<string>;
  toggle: (symbol: string) => void;
}

/** The companies that the reader has starred: the account's, and this browser's until that is read. */
export function useFavourites(): Favourites {
  const { settings, change } = useSettings();
  const [local, setLocal] = useState(initialStars);
  const symbols = settings ? new Set(settings.favourites) : local;
  // Stars of before there were any on the account move there, once.
  useEffect(() => {
    if (settings?.favourites.length === 0 && local.size > 0)
      void change({ favourites: [...local].sort() });
  }, [settings === undefined]);
  const toggle = (symbol: string) => {
    const chosen = new Set(symbols);
    if (!chosen.delete(symbol)) chosen.add(symbol);
    applyStars(chosen);
    setLocal(chosen);
    if (settings) void change({ favourites: [...chosen].sort() });
  };
  return { symbols, toggle };
}
