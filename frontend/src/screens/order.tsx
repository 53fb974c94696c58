/** One purchase request, from the moment it is placed to its end: never 'bought' before the exchange says so. */
import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useEffect, useRef } from "preact/hooks";
import { ApiError } from "../api/client";
import { forgetMoney, isOpen, type Order, orderQuery } from "../api/orders";
import { useLanguage, useNow, useServices, useTitle } from "../context";
import { age } from "../format/ages";
import { money, shares } from "../format/numbers";
import { companyPath } from "../market/path";
import { Timeline } from "../order/timeline";
import { ReceiptButton } from "../receipt/receipt-button";
import { BackLink, Banner, Blank, ButtonLink } from "../ui/controls";
import { Loaded } from "../ui/failure";
import { HourglassIcon, SearchIcon } from "../ui/icons";
import { Fact, Panel } from "../ui/panel";
import { ScreenSkeleton } from "../ui/skeletons";
import { StateChip } from "../ui/state-chip";

const CLOCK_MS = 15_000;

export default function OrderPage({ orderId }: { orderId: string }) {
  const { t } = useLanguage();
  const { api } = useServices();
  const order = useQuery(orderQuery(api, orderId));
  useForgetAtEnd(order.data);
  useTitle(order.data ? t("order.title", { symbol: order.data.symbol }) : t("orders.title"));
  if (order.error instanceof ApiError && order.error.status === 404) {
    return (
      <Blank
        isWhole
        icon={<SearchIcon class="size-7" />}
        title={t("order.notFound.title")}
        text={t("order.notFound.text")}
        action={<ButtonLink href="/orders">{t("order.back")}</ButtonLink>}
      />
    );
  }
  return (
    <div class="mx-auto max-w-2xl">
      <BackLink href="/orders">{t("order.back")}</BackLink>
      <Loaded query={order} failure={t("order.failed")} skeleton={<ScreenSkeleton />}>
        {(found) => <Found order={found} />}
      </Loaded>
    </div>
  );
}

/** Once it ends, what other screens know of the money is old. */
function useForgetAtEnd(order: Order | undefined): void {
  const queries = useQueryClient();
  const wasOpen = useRef(false);
  const isNowOpen = order ? isOpen(order) : null;
  useEffect(() => {
    if (isNowOpen === false && wasOpen.current) forgetMoney(queries);
    if (isNowOpen !== null) wasOpen.current = isNowOpen;
  }, [isNowOpen, queries]);
}

function Found({ order }: { order: Order }) {
  const { t } = useLanguage();
  return (
    <div class="flex flex-col gap-6">
      <Headline order={order} />
      {order.overdue && <Overdue order={order} />}
      <div class="grid items-start gap-6 sm:grid-cols-2">
        <Panel title={t("order.timeline")}>
          <Timeline order={order} />
        </Panel>
        <Details order={order} />
      </div>
      <Next order={order} />
    </div>
  );
}

/**
 * The only news that a screen reader is told by itself: the reader's own request. One that is overdue
 * no longer 'takes seconds'.
 */
function Headline({ order }: { order: Order }) {
  const { t, numbers } = useLanguage();
  const written = (amount: string | null) => money(amount, order.currency, numbers);
  const blanks = {
    quantity: shares(order.quantity, numbers),
    symbol: order.symbol,
    cost: written(order.cost),
    released: written(order.released),
  };
  return (
    <header>
      <StateChip order={order} />
      <div role="status" class="mt-3">
        <h1 class="text-title font-bold tracking-tight">
          {t(`order.headline.${order.state}`, blanks)}
        </h1>
        <p class="mt-1 text-lead text-muted">
          {t(`order.text.${order.overdue ? "PENDING" : order.state}`, blanks)}
        </p>
      </div>
    </header>
  );
}

function Overdue({ order }: { order: Order }) {
  const { t, locale } = useLanguage();
  const nowMs = useNow(CLOCK_MS);
  const count = order.asks;
  const asked = count > 0 ? ` ${t("order.asks", { count })}` : "";
  return (
    <Banner tone="warn" icon={<HourglassIcon />} title={t("order.overdue.title")}>
      {t("order.overdue.text", { age: age(order.created_at, nowMs, locale) })}
      {asked}
    </Banner>
  );
}

function Details({ order }: { order: Order }) {
  const { t, numbers } = useLanguage();
  const cost = isOpen(order)
    ? "order.cost.held"
    : order.state === "ACCEPTED"
      ? "order.cost.paid"
      : "order.cost.returned";
  const amount = cost === "order.cost.returned" ? order.released : order.cost;
  return (
    <Panel title={t("order.details")}>
      <dl>
        <Fact name={t("order.quantity")}>
          {shares(order.quantity, numbers)} {order.symbol}
        </Fact>
        <Fact name={t("order.price")}>{money(order.price, order.currency, numbers)}</Fact>
        <Fact name={t(cost)}>{money(amount, order.currency, numbers)}</Fact>
        {(order.state === "REJECTED" || order.state === "VOIDED") && <Reason order={order} />}
      </dl>
      <p class="mt-3 border-t border-line pt-3 text-small text-muted">
        {t("order.id")}
        <br />
        <span class="break-all select-all">{order.order_id}</span>
      </p>
    </Panel>
  );
}

// What the server writes when the exchange itself says no; ours is the reader's language.
const PLAIN_REJECTION = "the exchange rejected it";

function Reason({ order }: { order: Order }) {
  const { t } = useLanguage();
  const state = order.state === "REJECTED" ? "REJECTED" : "VOIDED";
  const isPlain = !order.reason || order.reason === PLAIN_REJECTION;
  return (
    <div class="py-1.5">
      <dt class="text-muted">{t("order.reason")}</dt>
      <dd class="font-medium">{isPlain ? t(`order.reason.${state}`) : order.reason}</dd>
    </div>
  );
}

function Next({ order }: { order: Order }) {
  const { t } = useLanguage();
  const company = companyPath(order.symbol);
  return (
    <div class="flex flex-wrap gap-3">
      {order.state === "ACCEPTED" && (
        <ButtonLink href="/portfolio">{t("order.toPortfolio")}</ButtonLink>
      )}
      {order.state === "ACCEPTED" && <ReceiptButton orderId={order.order_id} />}
      {(order.state === "REJECTED" || order.state === "VOIDED") && (
        <ButtonLink href={`${company}/buy`}>{t("order.again")}</ButtonLink>
      )}
      <ButtonLink quiet href={company}>
        {t("order.toCompany", { symbol: order.symbol })}
      </ButtonLink>
    </div>
  );
}
