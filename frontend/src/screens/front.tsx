/** The front page of who is not signed in: what this is, the board as it is now, how it works, what it costs. */
import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { publicBoardQuery, type Quote } from "../api/board";
import { useLanguage, useNow, useServices, useTitle } from "../context";
import { age, newest } from "../format/ages";
import { Quotes } from "../market/quotes";
import { ButtonLink } from "../ui/controls";
import { Mark } from "../ui/icons";
import { CARD } from "../ui/panel";
import { PreferenceButtons } from "../ui/preference-buttons";
import { SkipLink } from "../ui/shell";
import { Bar } from "../ui/skeletons";

const CLOCK_MS = 15_000;
const SHOWN = 7;
const WIDE = "mx-auto w-full max-w-6xl px-4 sm:px-6";

export function Front() {
  const { t } = useLanguage();
  useTitle(t("app.tagline"));
  return (
    <div class="flex min-h-dvh flex-col">
      <SkipLink />
      <Header />
      <main id="content" tabIndex={-1} class="flex-1 outline-none">
        <div
          class={`${WIDE} grid items-center gap-10 py-8 lg:grid-cols-[minmax(0,1fr)_minmax(0,27rem)] lg:gap-16 lg:py-14`}
        >
          <Pitch />
          <BoardCard />
        </div>
        <How />
        <Prices />
      </main>
      <Footer />
    </div>
  );
}

function Header() {
  const { t } = useLanguage();
  return (
    <header class="border-b border-line">
      <div class={`${WIDE} flex h-14 items-center gap-1`}>
        <span class="mr-auto flex items-center gap-2.5 text-lead font-bold tracking-tight">
          <Mark class="size-7" />
          Vela
        </span>
        <PreferenceButtons />
        <ButtonLink quiet href="/sign-in" class="ml-1 min-h-10">
          {t("nav.signIn")}
        </ButtonLink>
      </div>
    </header>
  );
}

function Pitch() {
  const { t } = useLanguage();
  return (
    <div>
      <h1 class="max-w-xl text-display leading-[1.1] font-bold tracking-tight text-balance lg:text-[3.25rem]">
        {t("front.title")}
      </h1>
      <p class="mt-4 max-w-xl text-lead text-muted">{t("front.lead")}</p>
      <div class="mt-7 flex flex-wrap gap-3">
        <ButtonLink isMoney href="/sign-up" class="min-h-12 px-6">
          {t("nav.signUp")}
        </ButtonLink>
        <ButtonLink quiet href="/sign-in" class="min-h-12 px-6">
          {t("nav.signIn")}
        </ButtonLink>
      </div>
      <p class="mt-6 max-w-xl text-small text-muted">{t("front.risk")}</p>
    </div>
  );
}

function BoardCard() {
  const { t, locale } = useLanguage();
  const board = useQuery(publicBoardQuery());
  const nowMs = useNow(CLOCK_MS);
  const quotes = board.data ?? [];
  const latest = newest(quotes.map((quote) => quote.observed_at));
  return (
    <section class={`${CARD} overflow-hidden shadow-sm`} aria-labelledby="board">
      <div class="flex flex-wrap items-baseline justify-between gap-x-4 border-b border-line px-4 py-3 sm:px-5">
        <h2 id="board" class="font-semibold">
          {t("front.board")}
        </h2>
        <p class="text-small text-muted">
          {latest && t("front.board.age", { age: age(latest, nowMs, locale) })}
        </p>
      </div>
      <BoardRows quotes={quotes} isWaiting={board.isPending} />
    </section>
  );
}

function BoardRows({ quotes, isWaiting }: { quotes: Quote[]; isWaiting: boolean }) {
  const { t } = useLanguage();
  if (isWaiting) {
    return (
      <div aria-hidden="true">
        {Array.from({ length: SHOWN }, (_, index) => (
          <div key={index} class="flex h-14 items-center gap-3 px-4 sm:px-5">
            <Bar class="h-8 w-14" />
            <Bar class="h-4 w-32" />
          </div>
        ))}
      </div>
    );
  }
  if (quotes.length === 0)
    return <p class="px-5 py-12 text-center text-muted">{t("front.board.waiting")}</p>;
  return (
    <>
      <Quotes quotes={quotes.slice(0, SHOWN)} isReadOnly />
      <p class="border-t border-line px-4 py-3 text-small text-muted sm:px-5">
        {t("front.board.signIn")}
      </p>
    </>
  );
}

const STEPS = ["1", "2", "3"] as const;

function How() {
  const { t } = useLanguage();
  return (
    <section class="border-y border-line bg-surface">
      <div class={`${WIDE} py-12`}>
        <h2 class="text-title font-bold tracking-tight">{t("front.how")}</h2>
        <ol class="mt-6 grid gap-6 md:grid-cols-3">
          {STEPS.map((step) => (
            <li key={step}>
              <span
                class="grid size-9 place-items-center rounded-full bg-action font-bold text-on-action"
                aria-hidden="true"
              >
                {step}
              </span>
              <h3 class="mt-3 text-lead font-semibold">{t(`front.how.${step}`)}</h3>
              <p class="mt-1 text-muted">{t(`front.how.${step}.text`)}</p>
            </li>
          ))}
        </ol>
      </div>
    </section>
  );
}

const COSTS = ["fee", "account", "price", "rounding"] as const;

function Prices() {
  const { t } = useLanguage();
  return (
    <section class={`${WIDE} py-12`}>
      <h2 class="text-title font-bold tracking-tight">{t("front.prices")}</h2>
      <dl class="mt-6 grid gap-4 sm:grid-cols-2 lg:grid-cols-4">
        {COSTS.map((cost) => (
          <div key={cost} class={`${CARD} p-5`}>
            <dt class="text-small text-muted">{t(`front.prices.${cost}`)}</dt>
            <dd class="mt-1 text-lead font-semibold">{t(`front.prices.${cost}.value`)}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function Footer() {
  const { t } = useLanguage();
  const { config } = useServices();
  return (
    <footer class="border-t border-line">
      <div class={`${WIDE} flex flex-wrap items-center gap-x-4 gap-y-1 py-6 text-small text-muted`}>
        <span>{t("app.tagline")}</span>
        <Link href="/sign-up" class="underline underline-offset-4 hover:text-ink">
          {t("nav.signUp")}
        </Link>
        {config.stage !== "prod" && (
          <span class="ml-auto rounded-small bg-raised px-2 py-0.5">
            {t("app.stage", { stage: config.stage })}
          </span>
        )}
      </div>
    </footer>
  );
}
