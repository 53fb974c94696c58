/** One company: its price over time, what the reader has of it, and the ticket to buy. */
import { useQuery } from "@tanstack/preact-query";
import { ApiError } from "../api/client";
import { type Stock, stockQuery } from "../api/stocks";
import { ActivityPanel } from "../company/activity-panel";
import { ChartPanel } from "../company/chart-panel";
import { HistoryPanel } from "../company/history-panel";
import { OwnPanel } from "../company/own-panel";
import { useLanguage, useNow, useServices, useTitle } from "../context";
import { ageInSeconds, STALE_AFTER_S } from "../format/ages";
import { money } from "../format/numbers";
import { companyPath } from "../market/path";
import { StockChange } from "../market/row";
import { Ticket } from "../purchase/ticket";
import { BackLink, Blank, ButtonLink } from "../ui/controls";
import { Loaded } from "../ui/failure";
import { AlertIcon, SearchIcon } from "../ui/icons";
import { CARD } from "../ui/panel";
import { ScreenSkeleton } from "../ui/skeletons";
import { Ticker } from "../ui/ticker";
import { When } from "../ui/when";

const CLOCK_MS = 15_000;

export default function Company({ symbol }: { symbol: string }) {
  const { t } = useLanguage();
  const { api } = useServices();
  const stock = useQuery(stockQuery(api, symbol));
  useTitle(symbol);
  if (stock.error instanceof ApiError && stock.error.status === 404)
    return <UnknownCompany symbol={symbol} />;
  return (
    <>
      <BackLink href="/market">{t("company.back")}</BackLink>
      <Loaded query={stock} failure={t("company.failed")} skeleton={<ScreenSkeleton />}>
        {(found) => <Found stock={found} />}
      </Loaded>
    </>
  );
}

/** A symbol that nobody knows: mistyped in the address, or without a price yet. */
export function UnknownCompany({ symbol }: { symbol: string }) {
  const { t } = useLanguage();
  return (
    <Blank
      isWhole
      icon={<SearchIcon class="size-7" />}
      title={t("company.notFound.title", { symbol })}
      text={t("company.notFound.text")}
      action={<ButtonLink href="/market">{t("notFound.action")}</ButtonLink>}
    />
  );
}

function Found({ stock }: { stock: Stock }) {
  const { t } = useLanguage();
  return (
    <div class="grid gap-6 lg:grid-cols-[minmax(0,1fr)_22rem]">
      <div class="flex min-w-0 flex-col gap-6">
        <Heading stock={stock} />
        <div class="grid grid-cols-2 gap-3 lg:hidden">
          <ButtonLink isMoney href={`${companyPath(stock.symbol)}/buy`}>
            {t("market.buy.of", { symbol: stock.symbol })}
          </ButtonLink>
          <ProjectionLink symbol={stock.symbol} />
        </div>
        <ChartPanel stock={stock} />
        <OwnPanel stock={stock} />
        <ActivityPanel stock={stock} />
        <HistoryPanel stock={stock} />
      </div>
      <aside class="max-lg:hidden">
        <div class="sticky top-22">
          <div class={`${CARD} p-5`}>
            <Ticket stock={stock} />
          </div>
          <ProjectionLink symbol={stock.symbol} class="mt-4 w-full" />
        </div>
      </aside>
    </div>
  );
}

function ProjectionLink({ symbol, class: extra = "" }: { symbol: string; class?: string }) {
  const { t } = useLanguage();
  return (
    <ButtonLink quiet href={`/projections?symbol=${encodeURIComponent(symbol)}`} class={extra}>
      {t("projections.of", { symbol })}
    </ButtonLink>
  );
}

function Heading({ stock }: { stock: Stock }) {
  const { t, numbers } = useLanguage();
  return (
    <header>
      <div class="flex items-center gap-3">
        <Ticker symbol={stock.symbol} />
        <h1 class="text-lead font-semibold">{stock.name}</h1>
      </div>
      <p class="mt-3 flex flex-wrap items-baseline gap-x-4 gap-y-1 tabular-nums">
        <span key={stock.price} class="text-display font-bold tracking-tight">
          {money(stock.price, stock.currency, numbers)}
        </span>
        <span class="text-lead">
          <StockChange stock={stock} />
          {stock.change !== null && <span class="ml-1.5 text-muted">{t("company.change")}</span>}
        </span>
      </p>
      <Freshness stock={stock} />
    </header>
  );
}

function Freshness({ stock }: { stock: Stock }) {
  const { t } = useLanguage();
  const nowMs = useNow(CLOCK_MS);
  const isStale = ageInSeconds(stock.observed_at, nowMs) > STALE_AFTER_S;
  const [before = "", after = ""] = t(isStale ? "company.stale" : "company.updated", {
    age: "\n",
  }).split("\n");
  return (
    <p class={`flex items-center gap-1.5 ${isStale ? "font-medium text-warn" : "text-muted"}`}>
      {isStale && <AlertIcon class="size-4" />}
      <span>
        {before}
        <When at={stock.observed_at} nowMs={nowMs} />
        {after}
        {stock.source && ` · ${t("company.source", { source: stock.source })}`}
      </span>
    </p>
  );
}
