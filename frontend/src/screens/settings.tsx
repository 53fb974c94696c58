/** How the app looks and speaks in this browser, whose account it is, and the ways out. */
import { useQuery } from "@tanstack/preact-query";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { meQuery } from "../api/account";
import { useLanguage, useServices, useSession, useTitle } from "../context";
import { money, shares } from "../format/numbers";
import { LOCALES } from "../i18n/locale";
import { NUMERALS, THEMES } from "../preferences";
import { EmailVerification } from "../settings/email-row";
import { PasswordPanel } from "../settings/password-panel";
import {
  type Settings as AccountSettings,
  languageOf,
  themeOf,
  useSettings,
} from "../settings/settings";
import { Choices } from "../ui/choices";
import { Button } from "../ui/controls";
import { Loaded } from "../ui/failure";
import { Fact, PageTitle, Panel } from "../ui/panel";
import { RowsSkeleton } from "../ui/skeletons";
import { useTheme } from "../ui/theme";

const SAMPLE = "1234.56";

export default function Settings() {
  const { t } = useLanguage();
  useTitle(t("settings.title"));
  return (
    <div class="mx-auto max-w-2xl">
      <PageTitle title={t("settings.title")} />
      <div class="flex flex-col gap-6">
        <Look />
        <Account />
        <PasswordPanel />
        <SessionPanel />
      </div>
    </div>
  );
}

function Setting({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-t border-line py-4 first:border-t-0 first:pt-1 last:pb-0">
      <p class="font-medium" aria-hidden="true">
        {name}
      </p>
      {children}
    </div>
  );
}

function Look() {
  const { t, locale, chooseLocale, numerals, chooseNumerals } = useLanguage();
  const [theme, chooseTheme] = useTheme();
  const { settings, change } = useSettings();
  const [isKept, setKept] = useState(true);
  const keep = async (changed: Partial<AccountSettings>) => setKept(await change(changed));
  return (
    <Panel title={t("settings.look")}>
      <Setting name={t("settings.words")}>
        <Choices
          legend={t("settings.words")}
          name="words"
          options={LOCALES.map((value) => ({ value, label: t(`settings.words.${value}`) }))}
          value={locale}
          onChoose={(chosen) => {
            void chooseLocale(chosen);
            void keep({ language: languageOf(chosen) });
          }}
        />
      </Setting>
      <Setting name={t("settings.theme")}>
        <Choices
          legend={t("settings.theme")}
          name="theme"
          options={THEMES.map((value) => ({ value, label: t(`settings.theme.name.${value}`) }))}
          value={theme}
          onChoose={(chosen) => {
            chooseTheme(chosen);
            void keep({ theme: themeOf(chosen) });
          }}
        />
      </Setting>
      <Setting name={t("settings.numerals")}>
        <Choices
          legend={t("settings.numerals")}
          name="numerals"
          options={NUMERALS.map((value) => ({
            value,
            label: value === "auto" ? t("settings.numerals.auto") : shares(SAMPLE, value),
          }))}
          value={numerals}
          onChoose={chooseNumerals}
        />
      </Setting>
      <label class="flex items-start gap-3 border-t border-line py-4 last:pb-0">
        <input
          type="checkbox"
          class="mt-0.5 size-5 accent-link"
          checked={settings?.mails.orders ?? false}
          disabled={settings === undefined}
          onChange={(event) => void keep({ mails: { orders: event.currentTarget.checked } })}
        />
        <span class="font-medium">{t("settings.mails.orders")}</span>
      </label>
      <p role="status" class={`mt-3 text-small ${isKept ? "text-muted" : "text-bad"}`}>
        {t(isKept ? "settings.kept" : "settings.notKept")}
      </p>
    </Panel>
  );
}

function Account() {
  const { t, numbers } = useLanguage();
  const { api } = useServices();
  const { email } = useSession();
  const me = useQuery(meQuery(api));
  return (
    <Panel title={t("settings.account")}>
      <Loaded
        query={me}
        failure={t("settings.account.failed")}
        skeleton={<RowsSkeleton rows={2} />}
      >
        {(found) => (
          <>
            <dl>
              <Fact name={t("settings.account.email")}>
                <span class="break-all">{email ?? found.email ?? "—"}</span>
              </Fact>
            </dl>
            <EmailVerification email={email ?? found.email ?? ""} />
            <dl class="mt-3 border-t border-line pt-2">
              <Fact name={t("settings.account.limit")}>
                {money(found.limits.max_deposit, found.currency, numbers)}
              </Fact>
            </dl>
          </>
        )}
      </Loaded>
    </Panel>
  );
}

function SessionPanel() {
  const { t } = useLanguage();
  const { session } = useServices();
  const [state, setState] = useState<"ready" | "leaving" | "failed">("ready");
  const leave = async () => {
    setState("leaving");
    // Once it is done, this screen is gone with the session.
    if (!(await session.signOutEverywhere())) setState("failed");
  };
  return (
    <Panel title={t("settings.session")}>
      <Way text={t("settings.signOut.text")}>
        <Button quiet onClick={() => void session.signOut()}>
          {t("auth.signOut")}
        </Button>
      </Way>
      <Way text={t("settings.everywhere.text")}>
        <Button quiet onClick={leave} disabled={state === "leaving"}>
          {t("settings.everywhere")}
        </Button>
      </Way>
      {state === "failed" && (
        <p role="alert" class="mt-3 text-bad">
          {t("settings.everywhere.failed")}
        </p>
      )}
    </Panel>
  );
}

function Way({ text, children }: { text: string; children: ComponentChildren }) {
  return (
    <div class="flex flex-wrap items-center justify-between gap-x-6 gap-y-2 border-t border-line py-4 first:border-t-0 first:pt-1 last:pb-0">
      <p class="max-w-80 text-muted">{text}</p>
      {children}
    </div>
  );
}
