/** Who is signed in, and what belongs to that: preferences, settings, the way out. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { useLanguage, useServices, useSession } from "../context";
import { languageOf, themeOf, useSettings } from "../settings/settings";
import { GearIcon, SignOutIcon, TrendIcon } from "./icons";
import { PreferenceButtons } from "./preference-buttons";

const ITEM =
  "flex min-h-11 w-full items-center gap-3 rounded-control px-3 text-left font-medium transition-colors hover:bg-raised";

export function AccountMenu() {
  const { t } = useLanguage();
  const { session } = useServices();
  const { email } = useSession();
  const [path] = useLocation();
  const menu = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => menu.current?.hidePopover(), [path]);
  return (
    <>
      <button
        type="button"
        popovertarget="account"
        aria-label={t("nav.account")}
        title={email ?? ""}
        class="grid size-9 place-items-center rounded-full bg-raised font-bold text-ink uppercase transition-colors hover:bg-line"
      >
        {email?.[0] ?? "·"}
      </button>
      <div
        id="account"
        ref={menu}
        popover="auto"
        onBeforeToggle={(event) => setOpen(event.newState === "open")}
        class="fixed top-13 right-4 left-auto m-0 w-72 rounded-card border border-line bg-surface p-2 text-ink shadow-lg min-[74rem]:right-[calc((100vw-72rem)/2+1.5rem)]"
      >
        {isOpen && <Content email={email} signOut={() => void session.signOut()} />}
      </div>
    </>
  );
}

function Content({ email, signOut }: { email: string | null; signOut: () => void }) {
  const { t } = useLanguage();
  const { change } = useSettings();
  return (
    <>
      <p class="truncate px-3 py-2 text-small text-muted" title={email ?? ""}>
        {email}
      </p>
      <div class="flex items-center justify-between">
        <PreferenceButtons
          onLocale={(locale) => void change({ language: languageOf(locale) })}
          onTheme={(theme) => void change({ theme: themeOf(theme) })}
        />
      </div>
      <Link href="/projections" class={`${ITEM} md:hidden`}>
        <TrendIcon /> {t("nav.projections")}
      </Link>
      <Link href="/settings" class={ITEM}>
        <GearIcon /> {t("nav.settings")}
      </Link>
      <button type="button" class={ITEM} onClick={signOut}>
        <SignOutIcon /> {t("auth.signOut")}
      </button>
    </>
  );
}
