/** Where a signed-in reader begins: net worth, the day, open orders, favourites, what moves; or the first steps. */
import { useInfiniteQuery, useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { portfolioQuery } from "../api/account";
import { ordersQuery } from "../api/orders";
import { type Stock, stocksQuery } from "../api/stocks";
import { walletQuery } from "../api/wallet";
import { useLanguage, useServices, useSession, useTitle } from "../context";
import { topMovers } from "../home/movers";
import { OpenOrders } from "../home/open-orders";
import { WorthCard } from "../home/worth-card";
import { Quotes } from "../market/quotes";
import { useFavourites } from "../settings/settings";
import { Banner, TextLink } from "../ui/controls";
import { Loaded } from "../ui/failure";
import { CheckIcon } from "../ui/icons";
import { lazy } from "../ui/lazy";
import { Panel } from "../ui/panel";
import { RowsSkeleton } from "../ui/skeletons";

const FirstSteps = lazy(() => import("../home/first-steps"));
const DepositDialog = lazy(
  async () => ({ default: (await import("../wallet/deposit-dialog")).DepositDialog }),
  () => null,
);

const MOVERS = 6;

export function Home() {
  const { t } = useLanguage();
  const { api } = useServices();
  const wallet = useQuery(walletQuery(api)).data;
  const portfolio = useQuery(portfolioQuery(api)).data;
  const orders = useInfiniteQuery(ordersQuery(api, "all")).data;
  const [isDepositing, setDepositing] = useState(false);
  const { isWelcome } = useSession();
  useTitle(t("home.title"));
  const hasOrdered = orders === undefined || orders.pages.some((page) => page.items.length > 0);
  const isNew = portfolio?.positions.length === 0 && !hasOrdered;
  const deposit = () => setDepositing(true);
  return (
    <>
      <h1 class="sr-only">{t("home.title")}</h1>
      {isWelcome && (
        <div class="mb-5">
          <Banner tone="calm" icon={<CheckIcon />} title={t("home.welcome")} />
        </div>
      )}
      <div class="grid items-start gap-5 lg:grid-cols-[minmax(0,1fr)_22rem]">
        <div class="flex min-w-0 flex-col gap-5">
          <WorthCard onDeposit={deposit} />
          {isNew && wallet ? <FirstSteps wallet={wallet} onDeposit={deposit} /> : <OpenOrders />}
        </div>
        <Companies />
      </div>
      {isDepositing && (
        <DepositDialog onClose={() => setDepositing(false)} onDone={() => setDepositing(false)} />
      )}
    </>
  );
}

function Companies() {
  const { t } = useLanguage();
  const { api } = useServices();
  const stocks = useQuery(stocksQuery(api));
  return (
    <div class="flex min-w-0 flex-col gap-5">
      <Panel
        title={t("home.favourites")}
        isFlush
        action={<TextLink href="/market">{t("nav.market")}</TextLink>}
      >
        <Loaded
          query={stocks}
          failure={t("market.error.title")}
          skeleton={<RowsSkeleton rows={2} />}
        >
          {(found) => <Favourites stocks={found} />}
        </Loaded>
      </Panel>
      <Panel title={t("home.movers")} isFlush>
        {stocks.data ? <Movers stocks={stocks.data} /> : <RowsSkeleton rows={MOVERS} />}
      </Panel>
    </div>
  );
}

const NOTE = "px-4 pb-5 text-muted sm:px-5";

function Favourites({ stocks }: { stocks: Stock[] }) {
  const { t } = useLanguage();
  const { symbols } = useFavourites();
  const chosen = stocks.filter(({ symbol }) => symbols.has(symbol));
  if (chosen.length === 0) return <p class={NOTE}>{t("home.favourites.none")}</p>;
  return <Quotes quotes={chosen} />;
}

function Movers({ stocks }: { stocks: Stock[] }) {
  const { t } = useLanguage();
  const movers = topMovers(stocks, MOVERS);
  if (movers.length === 0) return <p class={NOTE}>{t("home.movers.none")}</p>;
  return <Quotes quotes={movers} />;
}
