/** One movement of the wallet; opened, the postings that it is made of, each with the balance after it. */
import { Link } from "wouter-preact";
import type { LedgerRow } from "../api/wallet";
import { useLanguage } from "../context";
import { moment } from "../format/ages";
import { money, signedMoney } from "../format/numbers";
import { ReceiptButton } from "../receipt/receipt-button";
import { CoinsIcon, DownIcon } from "../ui/icons";
import { Ticker } from "../ui/ticker";
import { When } from "../ui/when";
import type { Movement } from "./movements";

export function MovementRow({ movement, nowMs }: { movement: Movement; nowMs: number }) {
  const { t, numbers } = useLanguage();
  const { kind, symbol, amount, balance, currency, at, rows, orderId } = movement;
  return (
    <details class="group">
      <summary class="flex min-h-15 cursor-pointer list-none items-center gap-3 px-4 py-2 transition-colors hover:bg-raised sm:px-5 [&::-webkit-details-marker]:hidden">
        <Badge symbol={symbol} />
        <span class="min-w-0 flex-1">
          <span class="block font-medium">
            {t(`wallet.move.${kind}`, { symbol: symbol ?? "" })}
          </span>
          <span class="block text-small text-muted">
            <When at={at} nowMs={nowMs} />
            {(kind === "open" || kind === "returned") && ` · ${t(`wallet.move.${kind}.note`)}`}
          </span>
        </span>
        <span class="text-right tabular-nums">
          <span class={`block font-semibold ${colourOf(amount)}`}>
            {signedMoney(amount, currency, numbers)}
          </span>
          <span class="block text-small text-muted">
            {t("wallet.move.balance", { balance: money(balance, currency, numbers) })}
          </span>
        </span>
        <DownIcon class="size-4 flex-none text-muted transition-transform group-open:rotate-180" />
      </summary>
      <div class="bg-page/60 px-4 pt-1 pb-4 sm:px-5 sm:pl-22">
        <Postings rows={rows} />
        {orderId && (
          <Link
            href={`/orders/${orderId}`}
            class="mt-3 inline-block font-semibold text-link underline underline-offset-4"
          >
            {t("wallet.move.order")}
          </Link>
        )}
        {orderId && kind === "paid" && (
          <span class="mt-3 ml-5 inline-block">
            <ReceiptButton orderId={orderId} plain />
          </span>
        )}
      </div>
    </details>
  );
}

/** Only what came in is green: what went out, or is on hold, is not. */
function colourOf(amount: string): string {
  if (!/[1-9]/.test(amount)) return "text-muted";
  return amount.startsWith("-") ? "" : "text-up";
}

function Badge({ symbol }: { symbol: string | null }) {
  if (symbol) return <Ticker symbol={symbol} />;
  return (
    <span class="grid h-8 w-14 flex-none place-items-center rounded-small bg-good-surface text-up">
      <CoinsIcon class="size-4.5" />
    </span>
  );
}

function Postings({ rows }: { rows: LedgerRow[] }) {
  const { t } = useLanguage();
  return (
    <table class="w-full text-small">
      <caption class="sr-only">{t("wallet.move.details")}</caption>
      <thead>
        <tr class="text-right text-muted">
          <th scope="col" class="py-1.5 text-left font-medium">
            {t("wallet.ledger.movement")}
          </th>
          <th scope="col" class="pl-3 font-medium">
            {t("wallet.ledger.available")}
          </th>
          <th scope="col" class="pl-3 font-medium">
            {t("wallet.ledger.held")}
          </th>
          <th scope="col" class="pl-3 font-medium max-sm:hidden">
            {t("wallet.ledger.balance")}
          </th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <PostingRow key={row.posting.posting_id} row={row} />
        ))}
      </tbody>
    </table>
  );
}

function PostingRow({ row: { posting, balance } }: { row: LedgerRow }) {
  const { t, numbers, locale } = useLanguage();
  const { currency, kind, symbol, recorded_at } = posting;
  return (
    <tr class="text-right tabular-nums">
      <th scope="row" class="py-1.5 text-left font-normal">
        <span class="block">{t(`wallet.kind.${kind}`, { symbol: symbol ?? "" })}</span>
        <time class="block text-muted" dateTime={recorded_at}>
          {moment(recorded_at, locale)}
        </time>
      </th>
      <td class="pl-3 whitespace-nowrap">{signedMoney(posting.available, currency, numbers)}</td>
      <td class="pl-3 whitespace-nowrap">{signedMoney(posting.held, currency, numbers)}</td>
      <td class="pl-3 whitespace-nowrap max-sm:hidden">{money(balance, currency, numbers)}</td>
    </tr>
  );
}
