/** What the account is worth and why: its parts, its way there, and what each position adds to it. */
import { useQuery } from "@tanstack/preact-query";
import { type Portfolio, portfolioQuery } from "../api/account";
import { useLanguage, useServices, useTitle } from "../context";
import { money, percent, signedMoney } from "../format/numbers";
import { Allocation } from "../portfolio/allocation";
import { HistoryPanel } from "../portfolio/history-panel";
import { Positions } from "../portfolio/positions";
import { Change } from "../ui/change";
import { Blank, ButtonLink } from "../ui/controls";
import { CsvButton } from "../ui/csv-button";
import { Loaded } from "../ui/failure";
import { PieIcon } from "../ui/icons";
import { CARD, PageTitle, Panel } from "../ui/panel";
import { Bar, RowsSkeleton } from "../ui/skeletons";

export default function PortfolioPage() {
  const { t } = useLanguage();
  const { api } = useServices();
  const portfolio = useQuery(portfolioQuery(api));
  const isEmpty = portfolio.data?.positions.length === 0;
  useTitle(t("portfolio.title"));
  return (
    <>
      <PageTitle
        title={t("portfolio.title")}
        action={!isEmpty && <CsvButton path="/portfolio" name="portfolio" />}
      />
      <Loaded query={portfolio} failure={t("portfolio.failed")} skeleton={<PortfolioSkeleton />}>
        {(found) => (isEmpty ? <Empty /> : <Found portfolio={found} />)}
      </Loaded>
    </>
  );
}

function PortfolioSkeleton() {
  return (
    <>
      <Bar class="mb-6 h-24 w-64" />
      <Bar class="mb-6 h-96 rounded-card" />
      <div class={`${CARD} overflow-hidden`}>
        <RowsSkeleton />
      </div>
    </>
  );
}

function Empty() {
  const { t } = useLanguage();
  return (
    <Blank
      icon={<PieIcon class="size-7" />}
      title={t("portfolio.empty.title")}
      text={t("portfolio.empty.text")}
      action={<ButtonLink href="/market">{t("orders.toMarket")}</ButtonLink>}
    />
  );
}

function Found({ portfolio }: { portfolio: Portfolio }) {
  const { t } = useLanguage();
  return (
    <>
      <Headline portfolio={portfolio} />
      <HistoryPanel portfolio={portfolio} />
      <div class="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Panel title={t("portfolio.positions")} isFlush>
          <Positions portfolio={portfolio} />
        </Panel>
        <Panel title={t("portfolio.allocation")} class="max-lg:order-first">
          <Allocation portfolio={portfolio} />
        </Panel>
      </div>
    </>
  );
}

/** Net worth in one number, its change of the day, and the two parts that it is the sum of. */
function Headline({ portfolio }: { portfolio: Portfolio }) {
  const { t, numbers } = useLanguage();
  const { currency, value, cash, net_worth, day_change, day_change_percent } = portfolio;
  const unknown = t("portfolio.value.partial");
  return (
    <div class="mb-6 flex flex-wrap items-end justify-between gap-x-8 gap-y-3">
      <div>
        <p class="text-small text-muted">{t("portfolio.netWorth")}</p>
        <p
          key={net_worth}
          class="text-display font-bold tracking-tight tabular-nums"
          data-net-worth=""
        >
          {money(net_worth, currency, numbers)}
        </p>
        <p class="tabular-nums">
          <Change change={day_change} unknown={unknown}>
            {signedMoney(day_change, currency, numbers)} ({percent(day_change_percent, numbers)})
          </Change>{" "}
          <span class="text-muted">{t("company.change")}</span>
        </p>
      </div>
      <dl class="flex gap-8">
        <div>
          <dt class="text-small text-muted">{t("history.holdings")}</dt>
          <dd class="text-lead font-semibold tabular-nums">{money(value, currency, numbers)}</dd>
        </div>
        <div>
          <dt class="text-small text-muted">{t("portfolio.cash")}</dt>
          <dd class="text-lead font-semibold tabular-nums">{money(cash, currency, numbers)}</dd>
        </div>
      </dl>
    </div>
  );
}
