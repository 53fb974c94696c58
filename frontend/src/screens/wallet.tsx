/** The reader's money: what can be spent, what is set aside, and every movement. */
import { useInfiniteQuery, useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { ledgerQuery, type Wallet, walletQuery, withBalances } from "../api/wallet";
import { useLanguage, useNow, useServices, useTitle } from "../context";
import { money } from "../format/numbers";
import { Banner, Blank, Button } from "../ui/controls";
import { CsvButton } from "../ui/csv-button";
import { Loaded } from "../ui/failure";
import { CheckIcon, PlusIcon, WalletIcon } from "../ui/icons";
import { MoreButton } from "../ui/more-button";
import { Figure, PageTitle, Panel } from "../ui/panel";
import { Bar, RowsSkeleton } from "../ui/skeletons";
import { DepositDialog } from "../wallet/deposit-dialog";
import { MovementRow } from "../wallet/movement-row";
import { movementsOf } from "../wallet/movements";

const CLOCK_MS = 15_000;

export default function WalletPage() {
  const { t, numbers } = useLanguage();
  const { api } = useServices();
  const wallet = useQuery(walletQuery(api));
  const [isDepositing, setDepositing] = useState(false);
  const [deposited, setDeposited] = useState<{ amount: string; currency: string } | null>(null);
  useTitle(t("wallet.title"));
  return (
    <>
      <PageTitle
        title={t("wallet.title")}
        action={
          <Button isMoney onClick={() => setDepositing(true)}>
            <PlusIcon class="size-4" /> {t("wallet.deposit")}
          </Button>
        }
      />
      {deposited && (
        <div class="mb-6" key={deposited.amount}>
          <Banner
            tone="calm"
            icon={<CheckIcon />}
            title={t("deposit.done", {
              amount: money(deposited.amount, deposited.currency, numbers),
            })}
          />
        </div>
      )}
      <Loaded query={wallet} failure={t("wallet.failed")} skeleton={<BalancesSkeleton />}>
        {(found) => <Balances wallet={found} />}
      </Loaded>
      <Ledger onDeposit={() => setDepositing(true)} />
      {isDepositing && (
        <DepositDialog
          onClose={() => setDepositing(false)}
          onDone={(deposit) => {
            setDepositing(false);
            setDeposited(deposit);
          }}
        />
      )}
    </>
  );
}

const BALANCES = ["available", "held", "total"] as const;

function Balances({ wallet }: { wallet: Wallet }) {
  const { t, numbers } = useLanguage();
  return (
    <dl class="mb-5 grid gap-3 sm:grid-cols-3 sm:gap-4">
      {BALANCES.map((name) => (
        <Figure key={name} name={t(`wallet.${name}`)} hint={t(`wallet.${name}.hint`)}>
          {money(wallet[name], wallet.currency, numbers)}
        </Figure>
      ))}
    </dl>
  );
}

function BalancesSkeleton() {
  return (
    <div class="mb-6 grid gap-4 sm:grid-cols-3">
      {BALANCES.map((name) => (
        <Bar key={name} class="h-28 rounded-card" />
      ))}
    </div>
  );
}

function Ledger({ onDeposit }: { onDeposit: () => void }) {
  const { t } = useLanguage();
  const { api } = useServices();
  const nowMs = useNow(CLOCK_MS);
  const ledger = useInfiniteQuery(ledgerQuery(api));
  return (
    <Panel
      title={t("wallet.ledger")}
      isFlush
      action={<CsvButton path="/wallet/postings" name="ledger" />}
    >
      <Loaded query={ledger} failure={t("wallet.ledger.failed")} skeleton={<RowsSkeleton />}>
        {({ pages }) => {
          const movements = movementsOf(withBalances(pages));
          if (movements.length === 0) return <Empty onDeposit={onDeposit} />;
          return (
            <>
              <p class="px-4 pb-3 text-small text-muted sm:px-5">{t("wallet.ledger.lead")}</p>
              <ul>
                {movements.map((movement) => (
                  <li key={movement.key} class="border-t border-line">
                    <MovementRow movement={movement} nowMs={nowMs} />
                  </li>
                ))}
              </ul>
              <MoreButton list={ledger} />
            </>
          );
        }}
      </Loaded>
    </Panel>
  );
}

function Empty({ onDeposit }: { onDeposit: () => void }) {
  const { t } = useLanguage();
  return (
    <Blank
      icon={<WalletIcon class="size-7" />}
      title={t("wallet.empty.title")}
      text={t("wallet.empty.text")}
      action={
        <Button isMoney onClick={onDeposit}>
          {t("wallet.deposit")}
        </Button>
      }
    />
  );
}
