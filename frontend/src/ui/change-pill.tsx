/** A change in percent as a pill: direction by arrow and colour, and in words for who sees neither. */
import { useLanguage } from "../context";
import { type Direction, direction, percent, UNKNOWN } from "../format/numbers";

const LOOKS: Record<Direction, string> = {
  up: "bg-good-surface text-up",
  down: "bg-bad-surface text-down",
  flat: "bg-raised text-muted",
};
const ARROWS: Record<Direction, string> = { up: "▲", down: "▼", flat: "■" };

interface ChangePillProps {
  /** Decides where it points. */
  change: string | null;
  percent: string | null;
  unknown: string;
  hint?: string | undefined;
}

export function ChangePill({ change, percent: part, unknown, hint }: ChangePillProps) {
  const { t, numbers } = useLanguage();
  const way = direction(change);
  if (!way) {
    return (
      <span
        class="inline-block min-w-21 rounded-control bg-raised px-2 py-0.5 text-right text-small text-muted"
        title={unknown}
      >
        <span aria-hidden="true">{UNKNOWN}</span>
        <span class="sr-only">{unknown}</span>
      </span>
    );
  }
  return (
    <span
      class={`inline-flex min-w-21 items-center justify-between gap-1.5 rounded-control px-2 py-0.5 text-small font-semibold whitespace-nowrap tabular-nums ${LOOKS[way]}`}
      title={hint}
    >
      <span class="text-[0.7em]" aria-hidden="true">
        {ARROWS[way]}
      </span>
      <span class="sr-only">{t(`market.change.${way}`)} </span>
      {percent(part, numbers)}
    </span>
  );
}
