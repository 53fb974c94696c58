/** Net worth in one number, the change of the day, and what it is made of. */
import { useQuery } from "@tanstack/preact-query";
import { Link } from "wouter-preact";
import { portfolioQuery } from "../api/account";
import { walletQuery } from "../api/wallet";
import { useLanguage, useServices } from "../context";
import { money, percent, signedMoney } from "../format/numbers";
import { isZero } from "../money/decimals";
import { Change } from "../ui/change";
import { Button, ButtonLink } from "../ui/controls";
import { Failure, Loaded } from "../ui/failure";
import { PlusIcon } from "../ui/icons";
import { CARD } from "../ui/panel";
import { Bar } from "../ui/skeletons";
import { type Worth, worthOf } from "./worth";

export function WorthCard({ onDeposit }: { onDeposit: () => void }) {
  const { t } = useLanguage();
  const { api } = useServices();
  const wallet = useQuery(walletQuery(api));
  const portfolio = useQuery(portfolioQuery(api));
  const held = portfolio.data;
  return (
    <section class={`${CARD} p-5 sm:p-6`} aria-labelledby="worth">
      <h2 id="worth" class="text-muted">
        {t("home.worth")}
      </h2>
      <Failure title={t("home.failed")} query={portfolio} />
      <Loaded query={wallet} failure={t("home.failed")} skeleton={<WorthSkeleton />}>
        {(found) =>
          held ? (
            <Figures worth={worthOf(found, held)} currency={found.currency} />
          ) : (
            <WorthSkeleton />
          )
        }
      </Loaded>
      <div class="mt-5 flex gap-3">
        <Button isMoney onClick={onDeposit} class="max-sm:flex-1">
          <PlusIcon class="size-4" /> {t("home.deposit")}
        </Button>
        <ButtonLink quiet href="/market" class="max-sm:flex-1">
          {t("home.buy")}
        </ButtonLink>
      </div>
    </section>
  );
}

function WorthSkeleton() {
  return (
    <div aria-hidden="true">
      <Bar class="mt-1 h-11 w-56" />
      <Bar class="mt-1 h-6 w-40" />
      <Bar class="mt-4 h-6 w-72" />
    </div>
  );
}

function Figures({ worth, currency }: { worth: Worth; currency: string }) {
  const { t, numbers } = useLanguage();
  const written = (amount: string | null) => money(amount, currency, numbers);
  return (
    <>
      <p class="mt-1 text-display font-bold tracking-tight tabular-nums">{written(worth.total)}</p>
      <p class="min-h-6 text-lead tabular-nums">
        {worth.total === null ? (
          <span class="text-muted">{t("home.worth.partial")}</span>
        ) : (
          <Change change={worth.dayChange} unknown={t("home.worth.partial")}>
            {signedMoney(worth.dayChange, currency, numbers)}
            {worth.dayPercent !== null && ` (${percent(worth.dayPercent, numbers)})`}{" "}
            <span class="text-muted">{t("home.today")}</span>
          </Change>
        )}
      </p>
      <dl class="mt-4 flex flex-wrap gap-x-8 gap-y-2 border-t border-line pt-4">
        <Part name={t("home.cash")} href="/wallet" amount={written(worth.cash)}>
          {!isZero(worth.held) && (
            <span class="text-small text-muted">
              {t("home.held")} {written(worth.held)}
            </span>
          )}
        </Part>
        <Part name={t("home.shares")} href="/portfolio" amount={written(worth.shares)} />
      </dl>
    </>
  );
}

interface PartProps {
  name: string;
  href: string;
  amount: string;
  children?: preact.ComponentChildren;
}

function Part({ name, href, amount, children }: PartProps) {
  return (
    <div>
      <dt class="text-small text-muted">{name}</dt>
      <dd class="flex flex-wrap items-baseline gap-x-2 tabular-nums">
        <Link href={href} class="font-semibold underline-offset-4 hover:underline">
          {amount}
        </Link>
        {children}
      </dd>
    </div>
  );
}
