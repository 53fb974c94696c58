/** Where a request stands, in a word, a shape and a colour. */
import type { Order } from "../api/orders";
import { useLanguage } from "../context";
import { CheckIcon, ClockIcon, CrossIcon, HourglassIcon, SendIcon } from "./icons";

const LOOKS = {
  PENDING: { icon: ClockIcon, tone: "bg-raised text-ink" },
  SENT: { icon: SendIcon, tone: "bg-calm text-link" },
  ACCEPTED: { icon: CheckIcon, tone: "bg-good-surface text-up" },
  REJECTED: { icon: CrossIcon, tone: "bg-bad-surface text-bad" },
  VOIDED: { icon: CrossIcon, tone: "bg-raised text-muted" },
  overdue: { icon: HourglassIcon, tone: "bg-warn-surface text-warn" },
} as const;

export function StateChip({ order }: { order: Pick<Order, "state" | "overdue"> }) {
  const { t } = useLanguage();
  const look = order.overdue ? "overdue" : order.state;
  const { icon: Icon, tone } = LOOKS[look];
  return (
    <span
      class={`inline-flex items-center gap-1.5 rounded-control px-2.5 py-1 text-small font-semibold whitespace-nowrap ${tone}`}
    >
      <Icon class="size-3.5" />
      {t(`state.${look}`)}
    </span>
  );
}
