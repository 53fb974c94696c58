/** A new investor's way to the first purchase: deposit, choose, buy; each step opens where it stands. */
import { useQuery } from "@tanstack/preact-query";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { type Stock, stocksQuery } from "../api/stocks";
import type { Wallet } from "../api/wallet";
import { useLanguage, useServices } from "../context";
import { money, roundedPrice } from "../format/numbers";
import { Quotes } from "../market/quotes";
import { isZero } from "../money/decimals";
import { Ticket } from "../purchase/ticket";
import { Button } from "../ui/controls";
import { CheckIcon } from "../ui/icons";
import { CARD } from "../ui/panel";

export default function FirstSteps({
  wallet,
  onDeposit,
}: {
  wallet: Wallet;
  onDeposit: () => void;
}) {
  const { t, numbers } = useLanguage();
  const { api } = useServices();
  const stocks = useQuery(stocksQuery(api)).data ?? [];
  const [symbol, setSymbol] = useState<string | null>(null);
  const chosen = stocks.find((stock) => stock.symbol === symbol) ?? null;
  const hasMoney = !isZero(wallet.total);
  return (
    <section class={`${CARD} overflow-hidden`} aria-labelledby="first">
      <div class="px-4 pt-5 pb-4 sm:px-6">
        <h2 id="first" class="text-lead font-semibold">
          {t("first.title")}
        </h2>
        <p class="text-muted">{t("first.lead")}</p>
      </div>
      <ol>
        <Step number={1} title={t("first.deposit")} isDone={hasMoney} isCurrent={!hasMoney}>
          {hasMoney ? (
            <p class="text-muted tabular-nums">
              {t("first.deposit.done", {
                available: money(wallet.available, wallet.currency, numbers),
              })}
            </p>
          ) : (
            <Asked text={t("first.deposit.text")}>
              <Button isMoney onClick={onDeposit}>
                {t("home.deposit")}
              </Button>
            </Asked>
          )}
        </Step>
        <Choosing
          stocks={stocks}
          chosen={chosen}
          isCurrent={hasMoney && !chosen}
          onChoose={setSymbol}
        />
        <Step
          number={3}
          title={t("first.buy")}
          isDone={false}
          isCurrent={hasMoney && chosen !== null}
        >
          {hasMoney && chosen ? (
            <div class="mt-3 max-w-sm">
              <Ticket key={chosen.symbol} stock={chosen} />
            </div>
          ) : (
            <p class="text-muted">{t("first.buy.text")}</p>
          )}
        </Step>
      </ol>
    </section>
  );
}

interface ChoosingProps {
  stocks: Stock[];
  chosen: Stock | null;
  isCurrent: boolean;
  onChoose: (symbol: string | null) => void;
}

function Choosing({ stocks, chosen, isCurrent, onChoose }: ChoosingProps) {
  const { t, numbers } = useLanguage();
  return (
    <Step number={2} title={t("first.choose")} isDone={chosen !== null} isCurrent={isCurrent}>
      {chosen ? (
        <Asked
          text={t("first.choose.done", {
            symbol: chosen.name,
            price: roundedPrice(chosen.price, chosen.currency, numbers),
          })}
        >
          <Button quiet onClick={() => onChoose(null)}>
            {t("first.choose.change")}
          </Button>
        </Asked>
      ) : (
        <>
          <p class="text-muted">{t("first.choose.text")}</p>
          {isCurrent && (
            <div class="mt-3 -mx-4 max-h-80 overflow-y-auto border-y border-line sm:mx-0 sm:rounded-control sm:border">
              <Quotes quotes={stocks} onChoose={onChoose} />
            </div>
          )}
        </>
      )}
    </Step>
  );
}

interface StepProps {
  number: number;
  title: string;
  isDone: boolean;
  isCurrent: boolean;
  children: ComponentChildren;
}

function Step({ number, title, isDone, isCurrent, children }: StepProps) {
  const { t } = useLanguage();
  const look = isDone
    ? "bg-good-surface text-up"
    : isCurrent
      ? "bg-action text-on-action"
      : "bg-raised text-muted";
  return (
    <li
      class="flex gap-4 border-t border-line px-4 py-4 sm:px-6"
      aria-current={isCurrent ? "step" : undefined}
    >
      <span class={`grid size-8 flex-none place-items-center rounded-full font-bold ${look}`}>
        <span class="sr-only">{t("first.step", { number })}</span>
        {isDone ? <CheckIcon class="size-4" /> : <span aria-hidden="true">{number}</span>}
      </span>
      <div class="min-w-0 flex-1 pt-1">
        <h3 class="font-semibold">{title}</h3>
        {children}
      </div>
    </li>
  );
}

function Asked({ text, children }: { text: string; children: ComponentChildren }) {
  return (
    <div class="flex flex-wrap items-center justify-between gap-x-6 gap-y-3">
      <p class="text-muted tabular-nums">{text}</p>
      {children}
    </div>
  );
}
