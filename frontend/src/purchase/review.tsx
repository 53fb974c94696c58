/** The last look before a purchase is sent, and what became of it. Its key never changes while it is open. */
import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useEffect, useState } from "preact/hooks";
import { useLocation } from "wouter-preact";
import { forgetMoney } from "../api/orders";
import { type Stock, stockQuery } from "../api/stocks";
import { walletQuery } from "../api/wallet";
import { useLanguage, useNow, useServices } from "../context";
import { money, shares } from "../format/numbers";
import type { Key } from "../i18n/translate";
import { isMore, minus } from "../money/decimals";
import { Banner, Button } from "../ui/controls";
import { Dialog } from "../ui/dialog";
import { OfflineIcon } from "../ui/icons";
import { Fact } from "../ui/panel";
import { PriceAge } from "../ui/when";
import { type Outcome, place, settle } from "./place";
import { drop, keep, type Purchase, purchaseAt, termsAt } from "./purchase";

type Phase =
  | { name: "reviewing" | "sending" | "checking" | "unknown" }
  | { name: "refused"; code: string };

const WORDED = [
  "insufficient_funds",
  "price_too_old",
  "price_above_max",
  "conflict",
  "not_found",
  "429",
] as const;
/** Refusals after which the very same request may succeed: it is sent again under the same key. */
const REPEATABLE = ["conflict", "429"];

// While one decides, the price is asked for more often than elsewhere.
const PRICE_MS = 5_000;

interface ReviewProps {
  purchase: Purchase;
  onClose: () => void;
  /** Reviews another purchase in its place. */
  onRenew: (purchase: Purchase) => void;
}

export function Review({ purchase, onClose, onRenew }: ReviewProps) {
  const { t } = useLanguage();
  const { phase, send, check } = usePurchase(purchase);
  const stock = useLivePrice(purchase);
  const price = stock?.price ?? purchase.shown.price;
  const isAboveMax = isMore(price, purchase.max_price);
  const isTooDear =
    (phase.name === "reviewing" && isAboveMax) ||
    (phase.name === "refused" && phase.code === "price_above_max");
  const renew = () =>
    onRenew(purchaseAt(price, { ...purchase, currency: purchase.shown.currency }));
  const isBusy = phase.name === "sending" || phase.name === "checking";
  const canSend =
    (phase.name === "reviewing" && !isAboveMax) ||
    (phase.name === "refused" && REPEATABLE.includes(phase.code));
  return (
    <Dialog title={t("buy.title")} canClose={!isBusy} onClose={onClose}>
      <Terms purchase={purchase} stock={stock} isMoving={phase.name === "reviewing"} />
      {phase.name === "reviewing" && isAboveMax ? (
        <TooDear price={price} currency={purchase.shown.currency} />
      ) : (
        <News phase={phase} />
      )}
      <div class="mt-5 flex flex-col gap-3">
        {phase.name === "unknown" ? (
          <Button class="min-h-12" onClick={check}>
            {t("buy.unknown.retry")}
          </Button>
        ) : (
          (canSend || isBusy) && (
            <Button isMoney class="min-h-12" onClick={send} disabled={isBusy}>
              {t(isBusy ? "buy.sending" : "buy.confirm")}
            </Button>
          )
        )}
        {isTooDear && isAboveMax && (
          <Button class="min-h-12" onClick={renew}>
            {t("buy.moved.action")}
          </Button>
        )}
        <Button quiet onClick={onClose} disabled={isBusy}>
          {t(phase.name === "unknown" ? "buy.close" : "buy.back")}
        </Button>
      </div>
    </Dialog>
  );
}

function usePurchase(purchase: Purchase) {
  const { api } = useServices();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const [phase, setPhase] = useState<Phase>({
    name: purchase.isSent ? "checking" : "reviewing",
  });

  const finish = (outcome: Outcome) => {
    if (outcome.kind === "unknown") return setPhase({ name: "unknown" });
    if (outcome.kind === "refused") {
      if (REPEATABLE.includes(outcome.code)) keep({ ...purchase, isSent: false });
      else drop();
      void queries.invalidateQueries({ queryKey: ["stock"] });
      void queries.invalidateQueries({ queryKey: ["wallet"] });
      return setPhase({ name: "refused", code: outcome.code });
    }
    drop();
    forgetMoney(queries);
    queries.setQueryData(["orders", "one", outcome.order.order_id], outcome.order);
    navigate(`/orders/${outcome.order.order_id}`);
  };
  const send = async () => {
    keep({ ...purchase, isSent: true });
    setPhase({ name: "sending" });
    finish(await place(api, purchase));
  };
  const check = async () => {
    setPhase({ name: "checking" });
    finish(await settle(api, purchase));
  };
  // It was sent before this page was loaded, and nobody knows how that ended.
  useEffect(() => {
    if (purchase.isSent) void check();
  }, []);
  return { phase, send, check };
}

/** The company as it is now; null until that is known. */
function useLivePrice(purchase: Purchase): Stock | null {
  const { api } = useServices();
  const query = { ...stockQuery(api, purchase.symbol), refetchInterval: PRICE_MS };
  return useQuery(query).data ?? null;
}

interface TermsProps {
  purchase: Purchase;
  stock: Stock | null;
  /** Nothing was sent yet: what it will be follows the price. */
  isMoving: boolean;
}

function Terms({ purchase, stock, isMoving }: TermsProps) {
  const { t, numbers } = useLanguage();
  const { api } = useServices();
  const nowMs = useNow(PRICE_MS);
  const available = useQuery(walletQuery(api)).data?.available ?? null;
  const { price: shownPrice, currency } = purchase.shown;
  const price = (isMoving && stock?.price) || shownPrice;
  const { quantity, cost } = termsAt(price, purchase);
  const left = available === null || isMore(cost, available) ? null : minus(available, cost);
  const written = (amount: string | null) => money(amount, currency, numbers);
  return (
    <>
      <p class="text-title font-bold tracking-tight tabular-nums">
        {t("buy.what", { quantity: shares(quantity, numbers), symbol: purchase.symbol })}
      </p>
      <p class="mb-3 text-lead font-medium text-muted tabular-nums">
        {t("buy.about", { cost: written(cost) })}
      </p>
      <dl class="border-y border-line py-2">
        <Fact name={t("buy.price")}>
          {written(price)}
          {isMoving && stock && (
            <span class="ml-2 text-small font-normal">
              <PriceAge at={stock.observed_at} nowMs={nowMs} />
            </span>
          )}
          {price !== shownPrice && (
            <span class="block text-small font-normal text-muted">
              {t("buy.price.was", { price: written(shownPrice) })}
            </span>
          )}
        </Fact>
        <Fact name={t("buy.max")}>{written(purchase.max_price)}</Fact>
        <Fact name={t("buy.before")}>{written(available)}</Fact>
        <Fact name={t("buy.after")}>{left === null ? "—" : `≈ ${written(left)}`}</Fact>
      </dl>
    </>
  );
}

function TooDear({ price, currency }: { price: string; currency: string }) {
  const { t, numbers } = useLanguage();
  return (
    <div class="mt-4">
      <Banner tone="warn" title={t("buy.moved.title")}>
        {t("buy.moved.text", { price: money(price, currency, numbers) })}
      </Banner>
    </div>
  );
}

function News({ phase }: { phase: Phase }) {
  const { t } = useLanguage();
  if (phase.name === "refused") {
    const code = WORDED.find((known) => known === phase.code) ?? "other";
    return (
      <div class="mt-4">
        <Banner tone="bad" title={t(`buy.refused.${code}.title` as Key)}>
          {t(`buy.refused.${code}.text` as Key)}
        </Banner>
      </div>
    );
  }
  if (phase.name === "unknown") {
    return (
      <div class="mt-4">
        <Banner tone="warn" icon={<OfflineIcon />} title={t("buy.unknown.title")}>
          {t("buy.unknown.text")}
        </Banner>
      </div>
    );
  }
  return (
    <p class="mt-4 text-muted" role="status">
      {t(phase.name === "checking" ? "buy.unknown.checking" : "buy.next")}
    </p>
  );
}
