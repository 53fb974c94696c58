/** The reader's money: what can be spent, what is set aside, and every movement. */
import { useInfiniteQuery, useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { Link } from "wouter-preact";
import { type LedgerRow, ledgerQuery, type Wallet, walletQuery, withBalances } from "../api/wallet";
import { useLanguage, useNow, useServices, useTitle } from "../context";
import { money, signedMoney } from "../format/numbers";
import { Banner, Blank, Button } from "../ui/controls";
import { CsvButton } from "../ui/csv-button";
import { Loaded } from "../ui/failure";
import { CheckIcon, PlusIcon, WalletIcon } from "../ui/icons";
import { MoreButton } from "../ui/more-button";
import { Figure, PageTitle, Panel } from "../ui/panel";
import { Bar, RowsSkeleton } from "../ui/skeletons";
import { Cell, Name, Table } from "../ui/table";
import { When } from "../ui/when";
import { DepositDialog } from "../wallet/deposit-dialog";

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
    <dl class="mb-6 grid gap-4 sm:grid-cols-3">
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
  const columns = [
    { name: t("wallet.ledger.movement") },
    { name: t("wallet.ledger.held"), isNumber: true, isWide: true },
    { name: t("wallet.ledger.available"), isNumber: true },
    { name: t("wallet.ledger.balance"), isNumber: true, isWide: true },
    { name: t("wallet.ledger.time"), isNumber: true, isWide: true },
  ];
  return (
    <Panel
      title={t("wallet.ledger")}
      isFlush
      action={<CsvButton path="/wallet/postings" name="ledger" />}
    >
      <Loaded query={ledger} failure={t("wallet.ledger.failed")} skeleton={<RowsSkeleton />}>
        {({ pages }) => {
          const rows = withBalances(pages);
          if (rows.length === 0) return <Empty onDeposit={onDeposit} />;
          return (
            <>
              <Table columns={columns}>
                {rows.map((row) => (
                  <Row key={row.posting.posting_id} row={row} nowMs={nowMs} />
                ))}
              </Table>
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

function Row({ row: { posting, balance }, nowMs }: { row: LedgerRow; nowMs: number }) {
  const { t, numbers } = useLanguage();
  const { currency, order_id: orderId } = posting;
  const name = t(`wallet.kind.${posting.kind}`, { symbol: posting.symbol ?? "" });
  return (
    <tr class="relative transition-colors hover:bg-raised/60">
      <Name>
        <p class="font-medium">
          {orderId ? (
            <Link href={`/orders/${orderId}`} class="after:absolute after:inset-0">
              {name}
            </Link>
          ) : (
            name
          )}
        </p>
        <p class="text-small text-muted md:hidden">
          <When at={posting.recorded_at} nowMs={nowMs} />
        </p>
      </Name>
      <Cell isNumber isWide class="text-muted">
        <Moved amount={posting.held} currency={currency} />
      </Cell>
      <Cell isNumber>
        <p class="font-medium">
          <Moved amount={posting.available} currency={currency} />
        </p>
        <p class="text-small text-muted md:hidden">{money(balance, currency, numbers)}</p>
      </Cell>
      <Cell isNumber isWide class="font-medium">
        {money(balance, currency, numbers)}
      </Cell>
      <Cell isNumber isWide class="text-muted">
        <When at={posting.recorded_at} nowMs={nowMs} />
      </Cell>
    </tr>
  );
}

/** What did not move is left blank, so that what did stands out. */
function Moved({ amount, currency }: { amount: string; currency: string }) {
  const { numbers } = useLanguage();
  if (!/[1-9]/.test(amount)) return <span class="text-muted">·</span>;
  return (
    <span class={amount.startsWith("-") ? "" : "text-up"}>
      {signedMoney(amount, currency, numbers)}
    </span>
  );
}
