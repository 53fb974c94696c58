/** The frame around every screen of a signed-in reader. */
import type { ComponentChildren } from "preact";
import { Link } from "wouter-preact";
import { useLanguage, useServices, useSession } from "../context";
import { IconButton } from "./controls";
import { Mark, SignOutIcon } from "./icons";
import { PreferenceButtons } from "./preference-buttons";

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

export function Shell({ children }: { children: ComponentChildren }) {
  const { t } = useLanguage();
  const { session, config } = useServices();
  const { email } = useSession();
  return (
    <div class="flex min-h-dvh flex-col">
      <SkipLink />
      <header class="sticky top-0 z-10 border-b border-line bg-page/95 backdrop-blur-sm">
        <div class="mx-auto flex h-16 max-w-5xl items-center gap-1 px-4 sm:px-6">
          <Link
            href="/"
            class="mr-auto flex items-center gap-2.5 rounded-control text-lead font-bold tracking-tight"
          >
            <Mark />
            Vela
          </Link>
          <PreferenceButtons />
          <span
            class="mx-2 hidden max-w-56 truncate text-small text-muted md:block"
            title={email ?? ""}
          >
            {email}
          </span>
          <IconButton label={t("auth.signOut")} onClick={() => void session.signOut()}>
            <SignOutIcon />
          </IconButton>
        </div>
      </header>
      <main id="content" class="mx-auto w-full max-w-5xl flex-1 px-4 py-8 sm:px-6">
        {children}
      </main>
      <footer class="mx-auto flex w-full max-w-5xl items-center gap-3 px-4 py-6 text-small text-muted sm:px-6">
        <span>{t("app.tagline")}</span>
        {config.stage !== "prod" && (
          <span class="ml-auto rounded-small bg-raised px-2 py-0.5">
            {t("app.stage", { stage: config.stage })}
          </span>
        )}
      </footer>
    </div>
  );
}
