/** Downloads the receipt of an accepted order. */
import { useState } from "preact/hooks";
import { useLanguage, useServices } from "../context";
import { Button } from "../ui/controls";
import { ReceiptIcon } from "../ui/icons";
import { NotReady, receiptUrl } from "./receipt";

type State = "ready" | "preparing" | "late" | "failed";

/** `plain`: as a link, within a text or a list. */
export function ReceiptButton({ orderId, plain = false }: { orderId: string; plain?: boolean }) {
  const { t, locale } = useLanguage();
  const { api } = useServices();
  const [state, setState] = useState<State>("ready");
  const download = async () => {
    setState("preparing");
    try {
      // The answer is a file to save, so this page stays.
      location.assign(await receiptUrl(api, orderId, locale));
      setState("ready");
    } catch (error) {
      setState(error instanceof NotReady ? "late" : "failed");
    }
  };
  const isBusy = state === "preparing";
  const words = t(isBusy ? "receipt.preparing" : "receipt.download");
  return (
    <span class="inline-flex flex-wrap items-center gap-x-3 gap-y-1">
      {plain ? (
        <button
          type="button"
          class="font-semibold text-link underline underline-offset-4 disabled:opacity-60"
          disabled={isBusy}
          onClick={download}
        >
          {words}
        </button>
      ) : (
        <Button quiet disabled={isBusy} onClick={download}>
          <ReceiptIcon class="size-4" />
          {words}
        </Button>
      )}
      {(state === "late" || state === "failed") && (
        <span role="alert" class="text-small text-bad">
          {t(`receipt.${state}`)}
        </span>
      )}
    </span>
  );
}
