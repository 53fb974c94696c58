/** What every screen may ask for: words in the reader's language, the session, the API, the stage. */
import { type ComponentChildren, createContext } from "preact";
import { useCallback, useContext, useEffect, useMemo, useState } from "preact/hooks";
import type { Api } from "./api/client";
import type { Session, SessionState } from "./auth/session";
import type { Config } from "./config";
import type { Locale } from "./i18n/locale";
import { type Blanks, type Key, loadWords, translate } from "./i18n/translate";
import {
  applyLocale,
  applyNumerals,
  initialLocale,
  initialNumerals,
  type Numerals,
} from "./preferences";

export interface Services {
  api: Api;
  session: Session;
  config: Config;
}

interface Language {
  /** Of words and dates. */
  locale: Locale;
  /** Of numbers; the reader may want another one. */
  numbers: Locale;
  numerals: Numerals;
  chooseNumerals: (numerals: Numerals) => void;
  t: (key: Key, blanks?: Blanks) => string;
  /** Resolves once it speaks that language; without a network it stays as it is. */
  chooseLocale: (locale: Locale) => Promise<void>;
}

const ServicesContext = createContext<Services | null>(null);
const LanguageContext = createContext<Language | null>(null);

function present<T>(value: T | null): T {
  if (value === null) throw new Error("used outside its provider");
  return value;
}

export const useServices = () => present(useContext(ServicesContext));
export const useLanguage = () => present(useContext(LanguageContext));

export function ServicesProvider(props: { services: Services; children: ComponentChildren }) {
  return (
    <ServicesContext.Provider value={props.services}>{props.children}</ServicesContext.Provider>
  );
}

export function LanguageProvider({ children }: { children: ComponentChildren }) {
  const [locale, setLocale] = useState(initialLocale);
  useEffect(() => applyLocale(locale, false), []);
  const chooseLocale = useCallback(
    (chosen: Locale) =>
      loadWords(chosen).then(
        () => {
          applyLocale(chosen, true);
          setLocale(chosen);
        },
        () => undefined,
      ),
    [],
  );
  const [numerals, setNumerals] = useState(initialNumerals);
  const chooseNumerals = useCallback((chosen: Numerals) => {
    applyNumerals(chosen);
    setNumerals(chosen);
  }, []);
  const numbers = numerals === "auto" ? locale : numerals;
  const language = useMemo<Language>(
    () => ({
      locale,
      chooseLocale,
      numerals,
      numbers,
      chooseNumerals,
      t: (key, blanks) => translate(locale, key, blanks, numbers),
    }),
    [locale, chooseLocale, numerals, numbers, chooseNumerals],
  );
  return <LanguageContext.Provider value={language}>{children}</LanguageContext.Provider>;
}

export function useSession(): SessionState {
  const { session } = useServices();
  const [state, setState] = useState(session.state);
  useEffect(() => {
    setState(session.state);
    return session.subscribe(() => setState(session.state));
  }, [session]);
  return state;
}

/** The present, in milliseconds, renewed at an interval: for ages that grow while one looks. */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Vela`;
  }, [title]);
}
