/** The two switches that stand on every screen: language and theme. */
import { useLanguage } from "../context";
import { LOCALES, type Locale } from "../i18n/locale";
import { THEMES, type Theme } from "../preferences";
import { IconButton } from "./controls";
import { MoonIcon, ScreenIcon, SunIcon } from "./icons";
import { useTheme } from "./theme";

const THEME_ICONS = { system: ScreenIcon, light: SunIcon, dark: MoonIcon };

interface PreferenceButtonsProps {
  /** Where it is kept beside this browser. */
  onLocale?: (locale: Locale) => void;
  onTheme?: (theme: Theme) => void;
}

export function PreferenceButtons({ onLocale, onTheme }: PreferenceButtonsProps) {
  const { t, locale, chooseLocale } = useLanguage();
  const [theme, chooseTheme] = useTheme();
  const switchLocale = () => {
    const other = LOCALES.find((candidate) => candidate !== locale) ?? locale;
    void chooseLocale(other);
    onLocale?.(other);
  };
  const Icon = THEME_ICONS[theme];
  const turn = () => {
    const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
    chooseTheme(next);
    onTheme?.(next);
  };
  return (
    <>
      <button
        type="button"
        class="min-h-11 rounded-control px-3 text-small font-medium text-muted transition-colors hover:bg-raised hover:text-ink"
        title={t("settings.language.hint")}
        onClick={switchLocale}
      >
        {t("settings.language")}
      </button>
      <IconButton
        label={t("settings.theme.hint", { theme: t(`settings.theme.${theme}`) })}
        onClick={turn}
      >
        <Icon />
      </IconButton>
    </>
  );
}
