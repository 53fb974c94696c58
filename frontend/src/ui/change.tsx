/** A change with sign, arrow and colour, and in words for those who see neither. */
import type { ComponentChildren } from "preact";
import { useLanguage } from "../context";
import { type Direction, direction, UNKNOWN } from "../format/numbers";

const ARROWS: Record<Direction, string> = { up: "▲", down: "▼", flat: "■" };
export const COLOURS: Record<Direction, string> = {
  up: "text-up",
  down: "text-down",
  flat: "text-muted",
};

interface ChangeProps {
  /** What decides where it points. */
  change: string | null;
  /** What it means where it is not known. */
  unknown: string;
  hint?: string;
  children: ComponentChildren;
}

export function Change({ change, unknown, hint, children }: ChangeProps) {
  const { t } = useLanguage();
  const way = direction(change);
  if (!way) {
    return (
      <span class="text-muted" title={unknown}>
        <span aria-hidden="true">{UNKNOWN}</span>
        <span class="sr-only">{unknown}</span>
      </span>
    );
  }
  return (
    <span key={change} class={`whitespace-nowrap ${COLOURS[way]}`} title={hint}>
      <span class="mr-1 text-[0.65em]" aria-hidden="true">
        {ARROWS[way]}
      </span>
      <span class="sr-only">{t(`market.change.${way}`)} </span>
      {children}
    </span>
  );
}
