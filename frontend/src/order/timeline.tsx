/** The steps of a request, each with its time. */
import type { Order } from "../api/orders";
import { useLanguage } from "../context";
import { moment } from "../format/ages";
import { money } from "../format/numbers";
import type { Key } from "../i18n/translate";
import { CheckIcon, CrossIcon } from "../ui/icons";
import { type Step, stepsOf } from "./steps";

const DOTS = {
  done: "bg-strong text-on-strong",
  good: "bg-up text-surface",
  bad: "bg-bad text-surface",
  current: "border-2 border-link text-link",
  todo: "border-2 border-line text-muted",
} as const;

export function Timeline({ order }: { order: Order }) {
  const steps = stepsOf(order);
  return (
    <ol>
      {steps.map((step, index) => (
        <Item key={index} step={step} order={order} isLast={index === steps.length - 1} />
      ))}
    </ol>
  );
}

function lookOf(step: Step): keyof typeof DOTS {
  if (step.name === "ACCEPTED") return "good";
  if (step.name === "REJECTED" || step.name === "VOIDED") return "bad";
  return step.stage;
}

/** 'Sent' is said of what was sent, not of what is about to be. */
export function nameOf(step: Step): Key {
  if (step.name === "SENT" && step.stage !== "done") return "order.step.SENT.waiting";
  return `order.step.${step.name}`;
}

function Item({ step, order, isLast }: { step: Step; order: Order; isLast: boolean }) {
  const { t, locale } = useLanguage();
  const look = lookOf(step);
  return (
    <li
      class="relative flex gap-3 pb-6 last:pb-0"
      aria-current={step.stage === "current" || undefined}
    >
      {!isLast && (
        <span
          aria-hidden="true"
          class="absolute top-7 bottom-0 left-3.5 w-px -translate-x-1/2 bg-line"
        />
      )}
      <span class={`grid size-7 flex-none place-items-center rounded-full ${DOTS[look]}`}>
        {look === "bad" ? (
          <CrossIcon class="size-4" />
        ) : step.stage === "done" ? (
          <CheckIcon class="size-4" />
        ) : (
          <span
            class={`size-2 rounded-full bg-current ${step.stage === "current" ? "animate-pulse" : "opacity-40"}`}
          />
        )}
      </span>
      <div class="pt-0.5">
        <p class={step.stage === "todo" ? "text-muted" : "font-semibold"}>
          {t(nameOf(step))}
          <span class="sr-only">, {t(`order.step.${step.stage}`)}</span>
        </p>
        <p class="text-small text-muted">
          <Text step={step} order={order} />
        </p>
        {step.at && (
          <p class="text-small text-muted tabular-nums">
            <time dateTime={step.at}>{moment(step.at, locale)}</time>
          </p>
        )}
      </div>
    </li>
  );
}

function Text({ step, order }: { step: Step; order: Order }) {
  const { t, numbers } = useLanguage();
  const written = (amount: string | null) => money(amount, order.currency, numbers);
  if (step.name === "PENDING")
    return <>{t("order.step.PENDING.text", { cost: written(order.cost) })}</>;
  if (step.name === "ACCEPTED") return <>{t("order.step.paid", { cost: written(order.cost) })}</>;
  if (step.name === "REJECTED" || step.name === "VOIDED")
    return <>{t("order.step.returned", { released: written(order.released) })}</>;
  if (step.name !== "end") return null;
  return <>{t("order.step.end.waiting")}</>;
}
