/** Buttons, links and banners: what a reader presses, and what the app says back. */
import type { ComponentChildren, JSX } from "preact";
import { Link } from "wouter-preact";
import { AlertIcon, BackIcon } from "./icons";

type Tone = "bad" | "warn" | "calm";

const BUTTON =
  "inline-flex min-h-11 items-center justify-center gap-2 rounded-control px-4 text-center font-semibold transition-colors duration-150 disabled:opacity-60";
const PRIMARY = "bg-strong text-on-strong hover:bg-strong-hover";
const MONEY = "bg-action text-on-action hover:bg-action-hover";
const QUIET = "border border-edge/50 bg-surface text-ink hover:bg-raised";

const TONES: Record<Tone, string> = {
  bad: "bg-bad-surface text-bad",
  warn: "bg-warn-surface text-warn",
  calm: "bg-calm text-ink",
};

interface Look {
  /** Beside a more important one. */
  quiet?: boolean | undefined;
  /** It moves money, or leads to where money moves: the accent is for these alone. */
  isMoney?: boolean | undefined;
  class?: string | undefined;
}

function lookOf({ quiet, isMoney, class: extra = "" }: Look): string {
  return `${BUTTON} ${isMoney ? MONEY : quiet ? QUIET : PRIMARY} ${extra}`;
}

export function Button({
  quiet,
  isMoney,
  class: extra,
  ...rest
}: Omit<JSX.ButtonHTMLAttributes, keyof Look> & Look) {
  return <button type="button" class={lookOf({ quiet, isMoney, class: extra })} {...rest} />;
}

interface ButtonLinkProps extends Look {
  href: string;
  children: ComponentChildren;
}

export function ButtonLink({ href, children, ...look }: ButtonLinkProps) {
  return (
    <Link href={href} class={lookOf(look)}>
      {children}
    </Link>
  );
}

/** Up, to what this is a part of. */
export function BackLink({ href, children }: { href: string; children: ComponentChildren }) {
  return (
    <Link
      href={href}
      class="mb-4 -ml-2 inline-flex min-h-9 items-center gap-1 rounded-control px-2 text-small font-medium text-muted transition-colors hover:text-ink"
    >
      <BackIcon class="size-4" />
      {children}
    </Link>
  );
}

export function TextLink({ href, children }: { href: string; children: ComponentChildren }) {
  return (
    <Link
      href={href}
      class="font-semibold text-link underline decoration-1 underline-offset-4 hover:decoration-2"
    >
      {children}
    </Link>
  );
}

/** A square button that shows an icon and says its purpose. */
export function IconButton({
  label,
  class: extra = "",
  ...rest
}: JSX.ButtonHTMLAttributes & { label: string; class?: string }) {
  return (
    <button
      type="button"
      aria-label={label}
      title={label}
      class={`grid size-11 place-items-center rounded-control text-muted transition-colors hover:bg-raised hover:text-ink ${extra}`}
      {...rest}
    />
  );
}

interface BannerProps {
  tone: Tone;
  title: string;
  children?: ComponentChildren;
  icon?: ComponentChildren;
  action?: ComponentChildren;
}

/** News that the reader did not ask for; read out when it appears. */
export function Banner({ tone, title, children, icon, action }: BannerProps) {
  return (
    <div
      role="alert"
      class={`flex animate-arrive flex-wrap items-center gap-x-3 gap-y-2 rounded-control p-4 ${TONES[tone]}`}
    >
      <span class="self-start pt-0.5">{icon ?? <AlertIcon />}</span>
      <div class="min-w-48 flex-1">
        <p class="font-semibold">{title}</p>
        {children && <p class="text-ink">{children}</p>}
      </div>
      {action}
    </div>
  );
}

interface BlankProps {
  icon: ComponentChildren;
  title: string;
  text: string;
  action: ComponentChildren;
  /** It is the whole screen, and its title the screen's. */
  isWhole?: boolean;
}

/** What stands where a list would be, when there is none: why, and one way on. */
export function Blank({ icon, title, text, action, isWhole = false }: BlankProps) {
  const Title = isWhole ? "h1" : "h2";
  return (
    <div class="flex flex-col items-center gap-2 px-6 py-16 text-center">
      <span class="mb-2 grid size-14 place-items-center rounded-card bg-raised text-muted">
        {icon}
      </span>
      <Title class="text-lead font-semibold">{title}</Title>
      <p class="mb-4 max-w-96 text-muted">{text}</p>
      {action}
    </div>
  );
}
