/** An address that leads nowhere. */
import { useLanguage, useTitle } from "../context";
import { Blank, ButtonLink } from "../ui/controls";
import { SearchIcon } from "../ui/icons";

export function NotFound() {
  const { t } = useLanguage();
  useTitle(t("notFound.title"));
  return (
    <Blank
      isWhole
      icon={<SearchIcon class="size-7" />}
      title={t("notFound.title")}
      text={t("notFound.text")}
      action={<ButtonLink href="/market">{t("notFound.action")}</ButtonLink>}
    />
  );
}
