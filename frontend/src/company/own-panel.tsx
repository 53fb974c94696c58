/** What the reader has of one company: the position, and the latest requests for it. */
import { useInfiniteQuery, useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { type Holding, portfolioQuery } from "../api/account";
import { ordersQuery } from "../api/orders";
import type { Stock } from "../api/stocks";
import { useLanguage, useNow, useServices } from "../context";
import { money, percent, shares, signedMoney } from "../format/numbers";
import { Change } from "../ui/change";
import { Loaded } from "../ui/failure";
import { Fact, Panel } from "../ui/panel";
import { RowsSkeleton } from "../ui/skeletons";
import { StateChip } from "../ui/state-chip";
import { When } from "../ui/when";

const CLOCK_MS = 15_000;
const SHOWN = 5;

export function OwnPanel({ stock }: { stock: Stock }) {
  const { t } = useLanguage();
  const { api } = useServices();
  const portfolio = useQuery(portfolioQuery(api));
  return (
    <Panel title={t("company.own")}>
      <Loaded
        query={portfolio}
        failure={t("company.own.failed")}
        skeleton={<RowsSkeleton rows={2} />}
      >
        {({ positions }) => {
          const own = positions.find((position) => position.symbol === stock.symbol);
          return own ? (
            <Position own={own} currency={stock.currency} />
          ) : (
            <p class="text-muted">{t("company.own.none", { symbol: stock.symbol })}</p>
          );
        }}
      </Loaded>
      <OwnOrders symbol={stock.symbol} />
    </Panel>
  );
}

function Position({ own, currency }: { own: Holding; currency: string }) {
  const { t, numbers } = useLanguage();
  return (
    <dl class="grid gap-x-10 sm:grid-cols-2">
      <Fact name={t("portfolio.quantity")}>{shares(own.quantity, numbers)}</Fact>
      <Fact name={t("company.own.value")}>{money(own.value, currency, numbers)}</Fact>
      <Fact name={t("portfolio.average")}>{money(own.average_cost, currency, numbers)}</Fact>
      <Fact name={t("company.own.gain")}>
        <Change change={own.gain} unknown={t("portfolio.noPrice")}>
          {signedMoney(own.gain, currency, numbers)} ({percent(own.gain_percent, numbers)})
        </Change>
      </Fact>
    </dl>
  );
}

function OwnOrders({ symbol }: { symbol: string }) {
  const { t, numbers } = useLanguage();
  const { api } = useServices();
  const nowMs = useNow(CLOCK_MS);
  const orders = useInfiniteQuery(ordersQuery(api, "all", 100));
  const own = (orders.data?.pages.flatMap((page) => page.items) ?? [])
    .filter((order) => order.symbol === symbol)
    .slice(0, SHOWN);
  if (own.length === 0) return null;
  return (
    <>
      <h3 class="mt-4 mb-1 text-small font-medium text-muted">
        {t("company.own.orders", { symbol })}
      </h3>
      <ul>
        {own.map((order) => (
          <li key={order.order_id}>
            <Link
              href={`/orders/${order.order_id}`}
              class="-mx-2 flex min-h-12 items-center gap-3 rounded-control px-2 transition-colors hover:bg-raised"
            >
              <StateChip order={order} />
              <span class="tabular-nums">{shares(order.quantity, numbers)}</span>
              <span class="ml-auto text-muted tabular-nums">
                {money(order.cost, order.currency, numbers)}
              </span>
              <span class="text-small text-muted max-sm:hidden">
                <When at={order.created_at} nowMs={nowMs} />
              </span>
            </Link>
          </li>
        ))}
      </ul>
    </>
  );
}
