/** Three answers to 'how did I do', side by side, each with how it comes about. */
import type { ComponentChildren } from "preact";
import type { PortfolioHistory } from "../api/jobs";
import { useLanguage } from "../context";
import { money, percent, signedMoney } from "../format/numbers";
import type { Key } from "../i18n/translate";
import { times100 } from "../money/change";
import { Change } from "../ui/change";

const REASONS: Record<string, Key> = {
  no_unique_rate: "performance.reason.no_unique_rate",
  no_flows: "performance.reason.no_flows",
  too_short: "performance.reason.too_short",
  too_many_flows: "performance.reason.too_many_flows",
  unknown_price: "performance.reason.unknown_price",
};

export function Performance({ history }: { history: PortfolioHistory }) {
  const { t, numbers } = useLanguage();
  const { gain, time_weighted, money_weighted, benchmark, currency, flows } = history;
  const written = (amount: string | null) => money(amount, currency, numbers);
  return (
    <div class="mb-5 grid gap-3 md:grid-cols-3">
      <Answer
        name={t("performance.gain")}
        hint={t("performance.gain.hint")}
        value={signedMoney(gain.amount, currency, numbers)}
        change={gain.amount}
      >
        <Sum name={t("performance.gain.worth")} value={written(gain.worth)} />
        <Sum name={t("performance.gain.opening")} value={`− ${written(gain.opening)}`} />
        <Sum name={t("performance.gain.deposits")} value={`− ${written(gain.net_deposits)}`} />
      </Answer>
      <Rate
        name={t("performance.time")}
        hint={t("performance.time.hint")}
        rate={time_weighted}
        extra={
          <Sum
            name={t("performance.benchmark")}
            value={percent(times100(benchmark.period), numbers)}
          />
        }
      >
        <p>{t("performance.time.how", { count: time_weighted.sub_periods })}</p>
        <p>{t("performance.benchmark.how", { count: benchmark.companies })}</p>
      </Rate>
      <Rate name={t("performance.money")} hint={t("performance.money.hint")} rate={money_weighted}>
        <p>{t("performance.money.how", { count: flows.length })}</p>
      </Rate>
    </div>
  );
}

interface RateProps {
  name: string;
  hint: string;
  rate: { period: string | null; per_year: string | null; reason: string | null };
  extra?: ComponentChildren;
  children: ComponentChildren;
}

/** Of a year or more also a year; why there is none is said, never guessed. */
function Rate({ name, hint, rate, extra, children }: RateProps) {
  const { t, numbers } = useLanguage();
  const reason = rate.reason === null ? undefined : REASONS[rate.reason];
  return (
    <Answer
      name={name}
      hint={hint}
      value={percent(times100(rate.period), numbers)}
      change={rate.period}
      unknown={t(reason ?? "performance.reason.unknown_price")}
      extra={extra}
    >
      {children}
      {rate.per_year === null ? (
        <p>{t("performance.notYearly")}</p>
      ) : (
        <Sum name={t("performance.perYear")} value={percent(times100(rate.per_year), numbers)} />
      )}
    </Answer>
  );
}

interface AnswerProps {
  name: string;
  hint: string;
  value: string;
  change: string | null;
  unknown?: string;
  extra?: ComponentChildren;
  children: ComponentChildren;
}

function Answer({ name, hint, value, change, unknown, extra, children }: AnswerProps) {
  const { t } = useLanguage();
  return (
    <div class="rounded-control border border-line px-4 py-3">
      <p class="text-small font-medium">{name}</p>
      <p class="text-small text-muted">{hint}</p>
      <p class="mt-1 text-lead font-semibold tabular-nums">
        {change === null ? (
          <span class="text-body font-medium text-muted">
            {unknown ?? t("portfolio.value.partial")}
          </span>
        ) : (
          <Change change={change} unknown="">
            {value}
          </Change>
        )}
      </p>
      {extra && <div class="text-small text-muted">{extra}</div>}
      <details class="mt-1 text-small">
        <summary class="inline-flex min-h-8 cursor-pointer items-center rounded-control font-medium text-link">
          {t("performance.how")}
        </summary>
        <div class="flex flex-col gap-1 pb-1 text-muted">{children}</div>
      </details>
    </div>
  );
}

function Sum({ name, value }: { name: string; value: string }) {
  return (
    <p class="flex justify-between gap-3">
      <span>{name}</span>
      <span class="whitespace-nowrap text-ink tabular-nums">{value}</span>
    </p>
  );
}
