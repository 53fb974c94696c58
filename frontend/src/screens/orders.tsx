/** Every purchase request of the reader: open ones, and those that have ended. */
import { useInfiniteQuery } from "@tanstack/preact-query";
import { useEffect } from "preact/hooks";
import { Link } from "wouter-preact";
import { type Order, type OrderFilter, ordersQuery } from "../api/orders";
import { useLanguage, useNow, useServices, useTitle } from "../context";
import { money, shares } from "../format/numbers";
import { Tabs } from "../ui/choices";
import { Blank, ButtonLink } from "../ui/controls";
import { CsvButton } from "../ui/csv-button";
import { Loaded } from "../ui/failure";
import { ListIcon } from "../ui/icons";
import { MoreButton } from "../ui/more-button";
import { CARD, PageTitle } from "../ui/panel";
import { RowsSkeleton } from "../ui/skeletons";
import { StateChip } from "../ui/state-chip";
import { Cell, Name, Table } from "../ui/table";
import { Ticker } from "../ui/ticker";
import { When } from "../ui/when";

const CLOCK_MS = 15_000;
const FILTERS = [
  { value: "all", href: "/orders" },
  { value: "open", href: "/orders/open" },
  { value: "done", href: "/orders/done" },
] as const;

export default function Orders({ filter }: { filter: OrderFilter }) {
  const { t } = useLanguage();
  const { api } = useServices();
  const list = useInfiniteQuery(ordersQuery(api, filter));
  useTitle(t("orders.title"));
  const orders = list.data?.pages.flatMap((page) => page.items) ?? [];
  // With a filter a page may be empty and yet go on: what matches may be further back.
  const isSearching = orders.length === 0 && list.hasNextPage;
  const { isFetching, fetchNextPage } = list;
  useEffect(() => {
    if (isSearching && !isFetching) void fetchNextPage();
  }, [isSearching, isFetching, fetchNextPage]);

  return (
    <>
      <PageTitle
        title={t("orders.title")}
        lead={t("orders.lead")}
        action={<CsvButton path="/orders" name="orders" />}
      />
      <div class="mb-4">
        <Tabs
          label={t("orders.filter")}
          tabs={FILTERS.map(({ value, href }) => ({
            href,
            label: t(`orders.filter.${value}`),
            isHere: value === filter,
          }))}
        />
      </div>
      <div class={`${CARD} overflow-hidden`} data-flush="">
        <Loaded query={list} failure={t("orders.failed")} skeleton={<RowsSkeleton rows={6} />}>
          {() =>
            orders.length > 0 ? (
              <>
                <OrderTable orders={orders} />
                <MoreButton list={list} />
              </>
            ) : isSearching ? (
              <RowsSkeleton rows={6} />
            ) : (
              <Empty filter={filter} />
            )
          }
        </Loaded>
      </div>
    </>
  );
}

function Empty({ filter }: { filter: OrderFilter }) {
  const { t } = useLanguage();
  return (
    <Blank
      icon={<ListIcon class="size-7" />}
      title={t(`orders.empty.${filter}.title`)}
      text={t(`orders.empty.${filter}.text`)}
      action={<ButtonLink href="/market">{t("orders.toMarket")}</ButtonLink>}
    />
  );
}

function OrderTable({ orders }: { orders: Order[] }) {
  const { t } = useLanguage();
  const nowMs = useNow(CLOCK_MS);
  const columns = [
    { name: t("orders.company") },
    { name: t("orders.state") },
    { name: t("orders.quantity"), isNumber: true, isWide: true },
    { name: t("orders.cost"), isNumber: true },
    { name: t("orders.time"), isNumber: true, isWide: true },
  ];
  return (
    <div class="pt-3">
      <Table columns={columns}>
        {orders.map((order) => (
          <Row key={order.order_id} order={order} nowMs={nowMs} />
        ))}
      </Table>
    </div>
  );
}

function Row({ order, nowMs }: { order: Order; nowMs: number }) {
  const { numbers } = useLanguage();
  return (
    <tr class="relative transition-colors hover:bg-raised/60">
      <Name>
        <Link
          href={`/orders/${order.order_id}`}
          class="flex items-center gap-3 font-semibold after:absolute after:inset-0"
        >
          <Ticker symbol={order.symbol} class="max-md:hidden" />
          <span class="md:hidden">
            {order.symbol}
            <span class="block text-small font-normal text-muted tabular-nums">
              {shares(order.quantity, numbers)}
            </span>
          </span>
        </Link>
      </Name>
      <Cell>
        <StateChip order={order} />
      </Cell>
      <Cell isNumber isWide>
        {shares(order.quantity, numbers)}
      </Cell>
      <Cell isNumber>
        <p class="font-medium">{money(order.cost, order.currency, numbers)}</p>
        <p class="text-small text-muted md:hidden">
          <When at={order.created_at} nowMs={nowMs} />
        </p>
      </Cell>
      <Cell isNumber isWide class="text-muted">
        <When at={order.created_at} nowMs={nowMs} />
      </Cell>
    </tr>
  );
}
