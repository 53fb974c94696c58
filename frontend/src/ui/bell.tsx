/** The bell: how much news there is of one's own orders, and the latest of it. */
import { useEffect, useRef, useState } from "preact/hooks";
import { Link, useLocation } from "wouter-preact";
import { useLanguage, useNow } from "../context";
import { type Ended, useNews } from "../notices/news";
import { wordsOf } from "../notices/words";
import { ReceiptButton } from "../receipt/receipt-button";
import { BellIcon, CheckIcon, CrossIcon } from "./icons";
import { When } from "./when";

const CLOCK_MS = 15_000;

export function Bell() {
  const { t } = useLanguage();
  const { items, unseen, markSeen } = useNews();
  const [path] = useLocation();
  const menu = useRef<HTMLDivElement>(null);
  const [isOpen, setOpen] = useState(false);
  useEffect(() => menu.current?.hidePopover(), [path]);
  const label = unseen ? t("bell.open.count", { count: unseen }) : t("bell.open");
  return (
    <>
      <button
        type="button"
        popovertarget="news"
        aria-label={label}
        title={label}
        class="relative grid size-10 place-items-center rounded-full text-muted transition-colors hover:bg-raised hover:text-ink"
      >
        <BellIcon />
        {unseen > 0 && (
          <span
            aria-hidden="true"
            class="absolute top-0.5 right-0 grid h-4.5 min-w-4.5 place-items-center rounded-full bg-action px-1 text-[0.6875rem] font-bold text-on-action tabular-nums"
          >
            {unseen}
          </span>
        )}
      </button>
      <div
        id="news"
        ref={menu}
        popover="auto"
        onBeforeToggle={(event) => {
          setOpen(event.newState === "open");
          if (event.newState === "closed" && unseen > 0) markSeen();
        }}
        class="fixed top-13 right-4 left-auto m-0 w-84 max-w-[calc(100vw-2rem)] overflow-hidden rounded-card border border-line bg-surface text-ink shadow-lg min-[74rem]:right-[calc((100vw-72rem)/2+1.5rem)]"
      >
        {isOpen && <List items={items} unseen={unseen} />}
      </div>
    </>
  );
}

function List({ items, unseen }: { items: Ended[]; unseen: number }) {
  const { t } = useLanguage();
  const nowMs = useNow(CLOCK_MS);
  return (
    <>
      <h2 class="px-4 pt-3 pb-2 font-semibold">{t("bell.open")}</h2>
      {items.length === 0 && <p class="px-4 pb-5 text-muted">{t("bell.none")}</p>}
      <ul class="max-h-96 overflow-y-auto">
        {items.map((order, index) => (
          <li key={order.order_id} class="border-t border-line">
            <Item order={order} isUnseen={index < unseen} nowMs={nowMs} />
            {order.state === "ACCEPTED" && (
              <div class="pb-3 pl-15 text-small">
                <ReceiptButton orderId={order.order_id} plain />
              </div>
            )}
          </li>
        ))}
      </ul>
    </>
  );
}

function Item({ order, isUnseen, nowMs }: { order: Ended; isUnseen: boolean; nowMs: number }) {
  const language = useLanguage();
  const { title, text } = wordsOf(order, language);
  return (
    <Link
      href={`/orders/${order.order_id}`}
      class="flex gap-3 px-4 py-3 transition-colors hover:bg-raised"
    >
      <Outcome order={order} />
      <span class="min-w-0 flex-1">
        <span class={`block ${isUnseen ? "font-semibold" : ""}`}>{title}</span>
        <span class="block text-small text-muted tabular-nums">
          {text} · <When at={order.ended_at} nowMs={nowMs} />
        </span>
      </span>
    </Link>
  );
}

export function Outcome({ order }: { order: Ended }) {
  const isBought = order.state === "ACCEPTED";
  return (
    <span
      class={`grid size-8 flex-none place-items-center rounded-full ${isBought ? "bg-good-surface text-up" : "bg-bad-surface text-bad"}`}
    >
      {isBought ? <CheckIcon class="size-4" /> : <CrossIcon class="size-4" />}
    </span>
  );
}
