/** What the reader wants to buy: an amount or shares, the price and its age, an estimate, then the review. */
import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { meQuery } from "../api/account";
import type { Stock } from "../api/stocks";
import { walletQuery } from "../api/wallet";
import { useLanguage, useNow, useServices, useSession } from "../context";
import { age, ageInSeconds, STALE_AFTER_S } from "../format/ages";
import { money, roundedPrice, shares } from "../format/numbers";
import { companyPath } from "../market/path";
import { isZero, minus, percentOf } from "../money/decimals";
import { typed } from "../money/entry";
import { AmountField } from "../ui/amount-field";
import { Choices } from "../ui/choices";
import { Banner, Button, ButtonLink } from "../ui/controls";
import { focusFirstFault } from "../ui/focus";
import { ClockIcon } from "../ui/icons";
import { Fact } from "../ui/panel";
import { PriceAge } from "../ui/when";
import { DepositDialog } from "../wallet/deposit-dialog";
import { type Estimate, type Estimated, estimate, type TicketFault, type Unit } from "./estimate";
import { drop, keep, kept, type Purchase, purchaseAt } from "./purchase";
import { Review } from "./review";

const CLOCK_MS = 5_000;
const PARTS = [25, 50, 100];

export function Ticket({ stock, isWhole = false }: { stock: Stock; isWhole?: boolean }) {
  const { t } = useLanguage();
  const { email } = useSession();
  const [purchase, setPurchase] = useState<Purchase | null>(() => kept(email));
  const [isReviewing, setReviewing] = useState(purchase?.symbol === stock.symbol);
  const Title = isWhole ? "h1" : "h2";

  const open = (asked: Purchase) => {
    keep(asked);
    setPurchase(asked);
    setReviewing(true);
  };
  const close = () => {
    const left = kept(email);
    // What was sent and has no answer stays, so that nobody buys it a second time.
    if (left && !left.isSent) drop();
    setPurchase(left?.isSent ? left : null);
    setReviewing(false);
  };
  const isWaiting = purchase?.isSent && !isReviewing;
  return (
    <>
      <Title class="mb-4 text-lead font-semibold">
        {t("ticket.title", { symbol: stock.symbol })}
      </Title>
      {isWaiting ? (
        <Waiting purchase={purchase} stock={stock} resume={() => setReviewing(true)} />
      ) : (
        <TicketForm stock={stock} email={email} onReview={open} />
      )}
      {isReviewing && purchase && (
        <Review key={purchase.key} purchase={purchase} onClose={close} onRenew={open} />
      )}
    </>
  );
}

interface WaitingProps {
  purchase: Purchase;
  stock: Stock;
  resume: () => void;
}

function Waiting({ purchase, stock, resume }: WaitingProps) {
  const { t } = useLanguage();
  const title = t("ticket.waiting.title", { symbol: purchase.symbol });
  const action =
    purchase.symbol === stock.symbol ? (
      <Button onClick={resume}>{t("ticket.waiting.action")}</Button>
    ) : (
      <ButtonLink href={`${companyPath(purchase.symbol)}/buy`}>
        {t("ticket.waiting.action")}
      </ButtonLink>
    );
  return (
    <Banner tone="warn" icon={<ClockIcon />} title={title} action={action}>
      {t("ticket.waiting.text")}
    </Banner>
  );
}

interface FormProps {
  stock: Stock;
  email: string | null;
  onReview: (purchase: Purchase) => void;
}

function TicketForm({ stock, email, onReview }: FormProps) {
  const { t, numbers, locale } = useLanguage();
  const { api } = useServices();
  const nowMs = useNow(CLOCK_MS);
  const wallet = useQuery(walletQuery(api));
  const me = useQuery(meQuery(api));
  const [unit, setUnit] = useState<Unit>("amount");
  const [text, setText] = useState("");
  const [isTried, setTried] = useState(false);
  const [isDepositing, setDepositing] = useState(false);

  const available = wallet.data?.available ?? null;
  const maxQuantity = me.data?.limits.max_quantity ?? null;
  const found = estimate(text, unit, stock.price, available, maxQuantity, numbers);
  const maxAgeS = me.data?.limits.max_price_age_s ?? STALE_AFTER_S;
  const isStale = ageInSeconds(stock.observed_at, nowMs) > maxAgeS;
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (found.fault !== null) return focusFirstFault(event.currentTarget as HTMLFormElement);
    const { symbol, currency, price } = stock;
    const asked =
      unit === "amount" ? { amount: found.estimate.value } : { quantity: found.estimate.value };
    onReview(purchaseAt(price, { email, symbol, currency, ...asked }));
  };
  const isBroke = available !== null && isZero(available);
  const missing =
    found.fault === "insufficient" && found.estimate && available !== null
      ? minus(found.estimate.cost, available)
      : null;
  const echo = () => {
    if (!found.estimate) return null;
    const { value } = found.estimate;
    const written =
      unit === "amount"
        ? money(value, stock.currency, numbers)
        : t("number.shares", { count: value });
    return t("ticket.echo", { value: written });
  };
  // Beside the form, not within it: the dialog has a form of its own, whose sending is not the ticket's.
  return (
    <>
      {isDepositing && (
        <DepositDialog
          suggested={missing}
          onClose={() => setDepositing(false)}
          onDone={() => setDepositing(false)}
        />
      )}
      <form noValidate onSubmit={submit}>
        <Choices
          legend={t("ticket.unit")}
          name="unit"
          class="mb-4 flex w-full"
          options={[
            { value: "amount", label: t("ticket.unit.amount") },
            { value: "shares", label: t("ticket.unit.shares") },
          ]}
          value={unit}
          onChoose={(chosen: Unit) => {
            setUnit(chosen);
            setText("");
            setTried(false);
          }}
        />
        <AmountField
          name={unit}
          label={t(`ticket.${unit}`)}
          unit={unit === "amount" ? stock.currency : stock.symbol}
          value={text}
          fault={faultShown(found, isTried) ? words(found.fault) : null}
          echo={echo()}
          onInput={setText}
        >
          {unit === "amount" && available !== null && (
            <Parts available={available} onChoose={(part) => setText(typed(part, numbers))} />
          )}
        </AmountField>
        <dl class="mb-4 border-t border-line pt-2">
          <Fact name={t("ticket.price")}>
            {roundedPrice(stock.price, stock.currency, numbers)}
            <span class="ml-2 text-small font-normal">
              <PriceAge at={stock.observed_at} nowMs={nowMs} />
            </span>
          </Fact>
          <Preview stock={stock} unit={unit} found={found.estimate} />
          <Fact name={t("ticket.available")}>{money(available, stock.currency, numbers)}</Fact>
          <Fact name={t("ticket.after")}>
            {money(found.estimate?.left, stock.currency, numbers)}
          </Fact>
        </dl>
        {isStale && (
          <div class="mb-4">
            <Banner tone="warn" icon={<ClockIcon />} title={t("ticket.stale.title")}>
              {t("ticket.stale.text", { age: age(stock.observed_at, nowMs, locale) })}
            </Banner>
          </div>
        )}
        {(isBroke || missing !== null) && (
          <>
            {isBroke && <p class="mb-2 text-small text-muted">{t("ticket.noMoney")}</p>}
            <Button isMoney class="mb-3 w-full" onClick={() => setDepositing(true)}>
              {t("ticket.deposit")}
            </Button>
          </>
        )}
        <Button
          type="submit"
          isMoney={!isBroke}
          quiet={isBroke}
          class="min-h-12 w-full"
          disabled={isStale}
        >
          {t("ticket.review")}
        </Button>
      </form>
    </>
  );

  function words(fault: TicketFault | null): string | null {
    if (fault === null) return null;
    if (fault === "too_many_decimals") return t(`ticket.fault.too_many_decimals.${unit}`);
    return t(`ticket.fault.${fault}`, { available: money(available, stock.currency, numbers) });
  }
}

/** What is typed half is no fault yet; what can never be right is told at once. */
function faultShown(found: Estimated, isTried: boolean): boolean {
  const isUnfinished = found.fault === "empty" || found.fault === "zero";
  return found.fault !== null && (isTried || !isUnfinished);
}

interface PreviewProps {
  stock: Stock;
  unit: Unit;
  found: Estimate | null;
}

function Preview({ stock, unit, found }: PreviewProps) {
  const { t, numbers } = useLanguage();
  if (unit === "amount") {
    return (
      <Fact name={t("ticket.estimate")}>
        {found ? `≈ ${shares(found.quantity, numbers)} ${stock.symbol}` : "—"}
      </Fact>
    );
  }
  return (
    <Fact name={t("ticket.cost")}>
      {found ? `≈ ${money(found.cost, stock.currency, numbers)}` : "—"}
    </Fact>
  );
}

function Parts({ available, onChoose }: { available: string; onChoose: (part: string) => void }) {
  const { t } = useLanguage();
  return (
    <div class="mt-2 flex gap-2">
      {PARTS.map((percent) => (
        <button
          key={percent}
          type="button"
          class="min-h-9 flex-1 rounded-control border border-line text-small font-medium text-muted transition-colors enabled:hover:bg-raised enabled:hover:text-ink disabled:opacity-50"
          title={t("ticket.part", { percent })}
          disabled={isZero(available)}
          onClick={() => onChoose(percentOf(available, percent))}
        >
          {percent === 100 ? t("ticket.all") : `${percent} %`}
        </button>
      ))}
    </div>
  );
}
