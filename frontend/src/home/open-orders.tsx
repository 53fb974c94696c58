/** The orders that wait for the exchange, as they move. */
import { useInfiniteQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { isOpen, ordersQuery } from "../api/orders";
import { useLanguage, useNow, useServices } from "../context";
import { money } from "../format/numbers";
import { TextLink } from "../ui/controls";
import { Loaded } from "../ui/failure";
import { Panel } from "../ui/panel";
import { RowsSkeleton } from "../ui/skeletons";
import { StateChip } from "../ui/state-chip";
import { Ticker } from "../ui/ticker";
import { When } from "../ui/when";

const CLOCK_MS = 15_000;
const SHOWN = 5;

export function OpenOrders() {
  const { t, numbers } = useLanguage();
  const { api } = useServices();
  const nowMs = useNow(CLOCK_MS);
  const latest = useInfiniteQuery(ordersQuery(api, "all"));
  return (
    <Panel
      title={t("home.open")}
      isFlush
      action={<TextLink href="/orders">{t("home.orders.all")}</TextLink>}
    >
      <Loaded query={latest} failure={t("orders.failed")} skeleton={<RowsSkeleton rows={2} />}>
        {({ pages }) => {
          const open = pages
            .flatMap((page) => page.items)
            .filter(isOpen)
            .slice(0, SHOWN);
          if (open.length === 0)
            return <p class="px-4 pb-5 text-muted sm:px-5">{t("home.open.none")}</p>;
          return (
            <ul>
              {open.map((order) => (
                <li key={order.order_id} class="border-t border-line">
                  <Link
                    href={`/orders/${order.order_id}`}
                    class="flex min-h-14 py-1 items-center gap-3 px-4 transition-colors hover:bg-raised sm:px-5"
                  >
                    <Ticker symbol={order.symbol} />
                    <span class="min-w-0 flex-1">
                      <span class="block font-medium tabular-nums">
                        {t("number.shares", { count: order.quantity })}
                      </span>
                      <span class="block text-small text-muted tabular-nums">
                        {money(order.cost, order.currency, numbers)} ·{" "}
                        <When at={order.created_at} nowMs={nowMs} />
                      </span>
                    </span>
                    <StateChip order={order} />
                  </Link>
                </li>
              ))}
            </ul>
          );
        }}
      </Loaded>
    </Panel>
  );
}
