/** The two switches that stand on every screen: language and theme. */
import { useState } from "preact/hooks";
import { useLanguage } from "../context";
import { applyTheme, initialTheme, THEMES } from "../preferences";
import { IconButton } from "./controls";
import { MoonIcon, ScreenIcon, SunIcon } from "./icons";

const THEME_ICONS = { system: ScreenIcon, light: SunIcon, dark: MoonIcon };

export function PreferenceButtons() {
  const { t, switchLocale } = useLanguage();
  const [theme, setTheme] = useState(initialTheme);
  const Icon = THEME_ICONS[theme];
  const turn = () => {
    const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length] ?? "system";
    applyTheme(next);
    setTheme(next);
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
