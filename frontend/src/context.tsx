/** What every screen may ask for: words in the reader's language, the session, the API, the stage. */
import { type ComponentChildren, createContext } from "preact";
import { useCallback, useContext, useEffect, useMemo, useState } from "preact/hooks";
import type { Api } from "./api/client";
import type { Session, SessionState } from "./auth/session";
import type { Config } from "./config";
import type { Key } from "./i18n/es";
import { LOCALES, type Locale } from "./i18n/locale";
import { type Blanks, translate } from "./i18n/translate";
import { applyLocale, initialLocale } from "./preferences";

export interface Services {
  api: Api;
  session: Session;
  config: Config;
}

interface Language {
  locale: Locale;
  t: (key: Key, blanks?: Blanks) => string;
  switchLocale: () => void;
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
  const switchLocale = useCallback(() => {
    const other = LOCALES.find((candidate) => candidate !== locale) ?? locale;
    applyLocale(other, true);
    setLocale(other);
  }, [locale]);
  const language = useMemo<Language>(
    () => ({ locale, switchLocale, t: (key, blanks) => translate(locale, key, blanks) }),
    [locale, switchLocale],
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
