/** Cards, page titles and lists of named values: how a screen is laid out. */
import type { ComponentChildren } from "preact";

export const CARD = "rounded-card border border-line bg-surface";

export function PageTitle({
  title,
  lead,
  action,
}: {
  title: string;
  lead?: ComponentChildren;
  action?: ComponentChildren;
}) {
  return (
    <div class="mb-6 flex flex-wrap items-center justify-between gap-x-6 gap-y-4">
      <div>
        <h1 class="text-title font-bold tracking-tight">{title}</h1>
        {lead && <p class="text-muted">{lead}</p>}
      </div>
      {action}
    </div>
  );
}

interface PanelProps {
  title: string;
  action?: ComponentChildren;
  children: ComponentChildren;
  /** The content reaches the card's edges: tables, lists. */
  isFlush?: boolean;
  class?: string;
}

export function Panel({ title, action, children, isFlush = false, class: extra = "" }: PanelProps) {
  return (
    <section class={`${CARD} overflow-hidden ${extra}`}>
      <div class="flex min-h-14 flex-wrap items-center justify-between gap-x-4 gap-y-1 px-4 pt-3 sm:px-5">
        <h2 class="text-lead font-semibold">{title}</h2>
        {action}
      </div>
      {isFlush ? (
        <div class="pt-2" data-flush="">
          {children}
        </div>
      ) : (
        <div class="px-4 pt-2 pb-5 sm:px-5">{children}</div>
      )}
    </section>
  );
}

/** A name on the left, its value on the right. */
export function Fact({ name, children }: { name: string; children: ComponentChildren }) {
  return (
    <div class="flex items-baseline justify-between gap-4 py-1.5">
      <dt class="text-muted">{name}</dt>
      <dd class="text-right font-medium tabular-nums">{children}</dd>
    </div>
  );
}

/** A number that a screen is about, under its name. */
export function Figure({
  name,
  hint,
  children,
}: {
  name: string;
  hint?: string;
  children: ComponentChildren;
}) {
  return (
    <div class={`${CARD} px-4 py-4 sm:px-5`}>
      <dt class="text-small text-muted">{name}</dt>
      <dd class="mt-1 text-lead font-semibold tracking-tight tabular-nums sm:text-title">
        {children}
      </dd>
      {hint && <dd class="mt-0.5 text-small text-muted">{hint}</dd>}
    </div>
  );
}
