/** Puts money in. Its key is made when the dialog opens, so a retry never deposits twice. */
import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { meQuery } from "../api/account";
import { ApiError, unwrap } from "../api/client";
import { useLanguage, useServices } from "../context";
import { money } from "../format/numbers";
import { isMore } from "../money/decimals";
import { type EntryFault, readEntry, typed } from "../money/entry";
import { AmountField } from "../ui/amount-field";
import { Button } from "../ui/controls";
import { Dialog } from "../ui/dialog";
import { focusFirstFault } from "../ui/focus";

interface DepositDialogProps {
  /** What is missing for a purchase, to begin with. */
  suggested?: string | null;
  onClose: () => void;
  onDone: (deposit: { amount: string; currency: string }) => void;
}

type Phase = "asking" | "working" | "unknown" | "refused";
const USUAL = ["100", "500", "1000"];

export function DepositDialog({ suggested = null, onClose, onDone }: DepositDialogProps) {
  const { t, numbers } = useLanguage();
  const { api } = useServices();
  const queries = useQueryClient();
  const limits = useQuery(meQuery(api)).data;
  const currency = limits?.currency ?? "USD";
  const limit = limits?.limits.max_deposit ?? null;
  const [text, setText] = useState(() => (suggested ? typed(suggested, numbers) : ""));
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [isTried, setTried] = useState(false);
  const [phase, setPhase] = useState<Phase>("asking");

  const entry = readEntry(text, 2, numbers);
  const isTooLarge = entry.value !== null && limit !== null && isMore(entry.value, limit);
  const fault = isTooLarge ? "too_large" : entry.fault;
  const written = (amount: string | null) => money(amount, currency, numbers);
  const change = (value: string) => {
    setText(value);
    // Another amount is another deposit, unless the last one may still have arrived.
    if (phase === "refused") setKey(crypto.randomUUID());
    if (phase !== "unknown") setPhase("asking");
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    setTried(true);
    if (fault !== null || entry.value === null)
      return focusFirstFault(event.currentTarget as HTMLFormElement);
    setPhase("working");
    try {
      const header = { "Idempotency-Key": key };
      const answer = await api.POST("/wallet/deposits", {
        params: { header },
        body: { amount: entry.value },
      });
      const deposit = unwrap(answer);
      for (const part of ["wallet", "ledger"]) void queries.invalidateQueries({ queryKey: [part] });
      onDone(deposit);
    } catch (error) {
      const isRefused = error instanceof ApiError && error.status < 500;
      setPhase(isRefused ? "refused" : "unknown");
    }
  };
  const faultWords = () => {
    if (fault === "too_large") return t("deposit.fault.too_large", { limit: written(limit) });
    if (fault === null || !(isTried || isEarly(fault))) return null;
    return t(
      fault === "too_many_decimals"
        ? "ticket.fault.too_many_decimals.amount"
        : `ticket.fault.${fault}`,
    );
  };
  return (
    <Dialog title={t("deposit.title")} canClose={phase !== "working"} onClose={onClose}>
      <form noValidate onSubmit={submit}>
        <fieldset disabled={phase === "working" || phase === "unknown"}>
          <AmountField
            name="amount"
            label={t("deposit.amount")}
            unit={currency}
            value={text}
            fault={faultWords()}
            echo={entry.value && t("ticket.echo", { value: written(entry.value) })}
            onInput={change}
          >
            <div class="mt-2 flex gap-2">
              {USUAL.map((amount) => (
                <button
                  key={amount}
                  type="button"
                  class="min-h-9 flex-1 rounded-control border border-line text-small font-medium text-muted transition-colors hover:bg-raised hover:text-ink"
                  onClick={() => change(amount)}
                >
                  {written(amount)}
                </button>
              ))}
            </div>
          </AmountField>
        </fieldset>
        {suggested !== null && (
          <p class="mb-1 text-small text-muted">
            {t("deposit.suggested", { amount: written(suggested) })}
          </p>
        )}
        {limit !== null && (
          <p class="mb-4 text-small text-muted">{t("deposit.limit", { limit: written(limit) })}</p>
        )}
        {(phase === "unknown" || phase === "refused") && (
          <p role="alert" class="mb-4 rounded-control bg-warn-surface p-3 text-warn">
            {t(`deposit.${phase}`)}
          </p>
        )}
        <div class="flex flex-col gap-3">
          <Button type="submit" isMoney class="min-h-12" disabled={phase === "working"}>
            {phase === "working"
              ? t("deposit.working")
              : phase === "unknown"
                ? t("app.retry")
                : entry.value !== null && !isTooLarge
                  ? t("deposit.submit.amount", { amount: written(entry.value) })
                  : t("deposit.submit")}
          </Button>
          <Button quiet onClick={onClose} disabled={phase === "working"}>
            {t("buy.close")}
          </Button>
        </div>
      </form>
    </Dialog>
  );
}

/** What can never be right is told while typing; what is only unfinished, on trying. */
function isEarly(fault: EntryFault): boolean {
  return fault === "not_a_number" || fault === "too_many_decimals";
}
