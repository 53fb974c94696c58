/** Says wherever the reader is that one of their own orders has ended; a screen reader is told too. */
import { useQueryClient } from "@tanstack/preact-query";
import { useEffect, useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { forgetMoney } from "../api/orders";
import { useLanguage } from "../context";
import { type Ended, useJustEnded } from "../notices/news";
import { wordsOf } from "../notices/words";
import { Outcome } from "./bell";
import { IconButton } from "./controls";
import { CrossIcon } from "./icons";

const SHOWN_MS = 8_000;

export function Toasts() {
  const queries = useQueryClient();
  const [path] = useLocation();
  const [shown, setShown] = useState<Ended[]>([]);
  useJustEnded((ended) => {
    forgetMoney(queries);
    // The order's own screen says it already.
    setShown((before) => [...ended.filter(({ order_id }) => !path.endsWith(order_id)), ...before]);
  });
  const drop = (orderId: string) =>
    setShown((before) => before.filter(({ order_id }) => order_id !== orderId));
  return (
    <div
      role="status"
      class="pointer-events-none fixed inset-x-4 bottom-20 z-20 flex flex-col items-end gap-2 md:bottom-6"
    >
      {shown.map((order) => (
        <Toast key={order.order_id} order={order} close={() => drop(order.order_id)} />
      ))}
    </div>
  );
}

function Toast({ order, close }: { order: Ended; close: () => void }) {
  const language = useLanguage();
  const { title, text } = wordsOf(order, language);
  useEffect(() => {
    const timer = setTimeout(close, SHOWN_MS);
    return () => clearTimeout(timer);
  }, []);
  return (
    <div class="pointer-events-auto flex w-full max-w-sm animate-arrive items-center gap-3 rounded-card border border-line bg-surface py-3 pr-2 pl-4 shadow-lg">
      <Outcome order={order} />
      <Link href={`/orders/${order.order_id}`} class="min-w-0 flex-1" onClick={close}>
        <span class="block font-semibold">{title}</span>
        <span class="block text-small text-muted tabular-nums">{text}</span>
      </Link>
      <IconButton label={language.t("toast.close")} onClick={close}>
        <CrossIcon class="size-4" />
      </IconButton>
    </div>
  );
}
