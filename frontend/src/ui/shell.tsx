/** The frame around every screen of a signed-in reader: sections above, or below on a phone. */
import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { useLanguage, useServices } from "../context";
import { useAccountLook } from "../settings/settings";
import { AccountMenu } from "./account-menu";
import { Bell } from "./bell";
import {
  ChartIcon,
  HomeIcon,
  ListIcon,
  Mark,
  OfflineIcon,
  PieIcon,
  TrendIcon,
  WalletIcon,
} from "./icons";
import { Toasts } from "./toasts";

export function SkipLink() {
  const { t } = useLanguage();
  return (
    <a
      href="#content"
      class="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-20 focus:rounded-control focus:bg-action focus:px-4 focus:py-2 focus:text-on-action"
    >
      {t("app.skip")}
    </a>
  );
}

const SECTIONS = [
  { href: "/", name: "nav.home", icon: HomeIcon, within: /^\/$/ },
  { href: "/market", name: "nav.market", icon: ChartIcon, within: /^\/(market|stocks\/.*)$/ },
  { href: "/portfolio", name: "nav.portfolio", icon: PieIcon, within: /^\/portfolio/ },
  { href: "/orders", name: "nav.orders", icon: ListIcon, within: /^\/orders/ },
  { href: "/wallet", name: "nav.wallet", icon: WalletIcon, within: /^\/wallet/ },
  {
    href: "/projections",
    name: "nav.projections",
    icon: TrendIcon,
    within: /^\/projections/,
    // Five fit into a phone's bar; the account's menu leads there too.
    isWide: true,
  },
] as const;

const LINKS =
  "flex max-md:fixed max-md:inset-x-0 max-md:bottom-0 max-md:z-10 max-md:border-t max-md:border-line max-md:bg-surface max-md:pb-[env(safe-area-inset-bottom)]";
const SECTION =
  "flex items-center justify-center gap-1 rounded-control font-medium transition-colors hover:text-ink max-md:h-15 max-md:flex-1 max-md:flex-col max-md:min-w-0 max-md:text-[0.6875rem] md:min-h-10 md:px-3";

function Sections() {
  const { t } = useLanguage();
  const [path] = useLocation();
  return (
    <nav aria-label={t("nav.label")} class={LINKS}>
      {SECTIONS.map((section) => {
        const { href, name, icon: Icon, within } = section;
        const isHere = within.test(path);
        const look = isHere
          ? "text-ink font-semibold md:bg-raised"
          : "text-muted md:hover:bg-raised";
        return (
          <Link
            key={href}
            href={href}
            aria-current={isHere ? "page" : undefined}
            class={`${SECTION} ${look} ${"isWide" in section ? "max-md:hidden" : ""}`}
          >
            <Icon class="size-5 md:hidden" />
            {t(name)}
          </Link>
        );
      })}
    </nav>
  );
}

export function Shell({ children }: { children: ComponentChildren }) {
  const { t } = useLanguage();
  useAccountLook();
  const { config } = useServices();
  return (
    <div class="flex min-h-dvh flex-col max-md:pb-16">
      <SkipLink />
      <header class="sticky top-0 z-10 border-b border-line bg-page">
        <div class="mx-auto flex h-14 max-w-6xl items-center gap-5 px-4 sm:px-6">
          <Link
            href="/"
            class="flex items-center gap-2.5 rounded-control text-lead font-bold tracking-tight"
          >
            <Mark />
            Vela
          </Link>
          <Sections />
          <div class="ml-auto flex items-center gap-1">
            <Bell />
            <AccountMenu />
          </div>
        </div>
      </header>
      <Offline />
      <main
        id="content"
        tabIndex={-1}
        class="outline-none mx-auto w-full max-w-6xl flex-1 px-4 py-6 sm:px-6 sm:py-8"
      >
        {children}
      </main>
      <footer class="mx-auto flex w-full max-w-6xl flex-wrap items-center gap-x-4 gap-y-1 px-4 py-6 text-small text-muted sm:px-6">
        <span>{t("app.tagline")}</span>
        <a
          class="underline underline-offset-4 hover:text-ink"
          href="https://www.tradingview.com/"
          rel="noreferrer"
          target="_blank"
        >
          {t("app.charts")}
        </a>
        {config.stage !== "prod" && (
          <span class="ml-auto rounded-small bg-raised px-2 py-0.5">
            {t("app.stage", { stage: config.stage })}
          </span>
        )}
      </footer>
      <Toasts />
    </div>
  );
}

/** Says at once what the browser knows, before any request has failed. */
function Offline() {
  const { t } = useLanguage();
  const [isOnline, setOnline] = useState(navigator.onLine);
  useEffect(() => {
    const look = () => setOnline(navigator.onLine);
    addEventListener("online", look);
    addEventListener("offline", look);
    return () => {
      removeEventListener("online", look);
      removeEventListener("offline", look);
    };
  }, []);
  if (isOnline) return null;
  return (
    <p
      role="status"
      class="sticky top-14 z-10 flex items-center justify-center gap-2 bg-warn-surface px-4 py-2 text-small font-medium text-warn"
    >
      <OfflineIcon class="size-4" /> {t("app.offline")}
    </p>
  );
}
