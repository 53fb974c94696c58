/** What the reader owns, what it is worth at the latest prices, and how it is spread. */
import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { type Holding, type Portfolio, portfolioQuery } from "../api/account";
import { useLanguage, useServices, useTitle } from "../context";
import { money, percent, roundedPrice, shares, signedMoney } from "../format/numbers";
import { companyPath } from "../market/path";
import { Allocation } from "../portfolio/allocation";
import { HistoryPanel } from "../portfolio/history-panel";
import { Change } from "../ui/change";
import { Blank, ButtonLink } from "../ui/controls";
import { CsvButton } from "../ui/csv-button";
import { Loaded } from "../ui/failure";
import { PieIcon } from "../ui/icons";
import { CARD, Figure, PageTitle, Panel } from "../ui/panel";
import { Bar, RowsSkeleton } from "../ui/skeletons";
import { Cell, Name, Table } from "../ui/table";
import { Ticker } from "../ui/ticker";

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

const FIGURES = 4;

function PortfolioSkeleton() {
  return (
    <>
      <div aria-hidden="true" class="mb-6 grid grid-cols-2 gap-4 lg:grid-cols-4">
        {Array.from({ length: FIGURES }, (_, index) => (
          <Bar key={index} class="h-24 rounded-card" />
        ))}
      </div>
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
      <Totals portfolio={portfolio} />
      <HistoryPanel />
      <div class="grid items-start gap-6 lg:grid-cols-[minmax(0,1fr)_20rem]">
        <Panel title={t("portfolio.positions")} isFlush>
          <Positions portfolio={portfolio} />
        </Panel>
        <Panel title={t("portfolio.allocation")} class="max-lg:order-first">
          <Allocation positions={portfolio.positions} />
        </Panel>
      </div>
    </>
  );
}

function Totals({ portfolio }: { portfolio: Portfolio }) {
  const { t, numbers } = useLanguage();
  const { currency, value, gain, gain_percent, day_change, cost } = portfolio;
  const unknown = t("portfolio.value.partial");
  return (
    <dl class="mb-6 grid grid-cols-2 gap-4 lg:grid-cols-4">
      <Figure name={t("portfolio.value")} {...(value === null ? { hint: unknown } : {})}>
        {money(value, currency, numbers)}
      </Figure>
      <Figure name={t("portfolio.day")}>
        <Change change={day_change} unknown={unknown}>
          {signedMoney(day_change, currency, numbers)}
        </Change>
      </Figure>
      <Figure
        name={t("portfolio.gain")}
        {...(gain_percent === null ? {} : { hint: percent(gain_percent, numbers) })}
      >
        <Change change={gain} unknown={unknown}>
          {signedMoney(gain, currency, numbers)}
        </Change>
      </Figure>
      <Figure name={t("portfolio.cost")}>{money(cost, currency, numbers)}</Figure>
    </dl>
  );
}

function Positions({ portfolio: { positions, currency } }: { portfolio: Portfolio }) {
  const { t } = useLanguage();
  const columns = [
    { name: t("portfolio.company") },
    { name: t("portfolio.quantity"), isNumber: true, isWide: true },
    { name: t("portfolio.average"), isNumber: true, isWide: true },
    { name: t("portfolio.price"), isNumber: true, isWide: true },
    { name: t("portfolio.worth"), isNumber: true },
  ];
  return (
    <Table columns={columns}>
      {positions.map((position) => (
        <Row key={position.symbol} position={position} currency={currency} />
      ))}
    </Table>
  );
}

function Row({ position, currency }: { position: Holding; currency: string }) {
  const { t, numbers } = useLanguage();
  const unknown = t("portfolio.noPrice");
  return (
    <tr class="relative transition-colors hover:bg-raised/60">
      <Name>
        <Link
          href={companyPath(position.symbol)}
          class="flex items-center gap-3 after:absolute after:inset-0"
        >
          <Ticker symbol={position.symbol} />
          <span class="min-w-0">
            <span class="line-clamp-1 font-semibold max-md:hidden">
              {position.name ?? position.symbol}
            </span>
            <span class="text-small text-muted tabular-nums md:hidden">
              {shares(position.quantity, numbers)}
            </span>
          </span>
        </Link>
      </Name>
      <Cell isNumber isWide>
        {shares(position.quantity, numbers)}
      </Cell>
      <Cell isNumber isWide class="text-muted">
        {roundedPrice(position.average_cost, currency, numbers)}
      </Cell>
      <Cell isNumber isWide class="text-muted">
        {roundedPrice(position.price, currency, numbers)}
      </Cell>
      <Cell isNumber>
        <p class="font-semibold">{money(position.value, currency, numbers)}</p>
        <p class="text-small">
          <Change change={position.gain} unknown={unknown}>
            {signedMoney(position.gain, currency, numbers)} (
            {percent(position.gain_percent, numbers)})
          </Change>
        </p>
      </Cell>
    </tr>
  );
}
