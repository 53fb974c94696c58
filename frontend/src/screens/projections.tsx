/** Projections: ask for one, and see those that were asked for. */
import { useQuery, useQueryClient } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { Link, useLocation, useSearch } from "wouter-preact";
import { askJob, type Job, jobsQuery } from "../api/jobs";
import { stocksQuery } from "../api/stocks";
import { useLanguage, useNow, useServices, useTitle } from "../context";
import { shares } from "../format/numbers";
import { JobChip, ServiceLight } from "../jobs/job-chip";
import { readEntry } from "../money/entry";
import { Blank, Button } from "../ui/controls";
import { Loaded } from "../ui/failure";
import { TextField } from "../ui/fields";
import { focusFirstFault } from "../ui/focus";
import { TrendIcon } from "../ui/icons";
import { PageTitle, Panel } from "../ui/panel";
import { RowsSkeleton } from "../ui/skeletons";
import { Ticker } from "../ui/ticker";
import { When } from "../ui/when";

const CLOCK_MS = 15_000;
const MOST_DAYS = 365;

export default function Projections() {
  const { t } = useLanguage();
  useTitle(t("projections.title"));
  return (
    <>
      <PageTitle
        title={t("projections.title")}
        lead={t("projections.lead")}
        action={<ServiceLight />}
      />
      <div class="grid items-start gap-6 lg:grid-cols-[22rem_minmax(0,1fr)]">
        <Panel title={t("projections.new")}>
          <NewProjection />
        </Panel>
        <Panel title={t("projections.list")} isFlush>
          <List />
        </Panel>
      </div>
    </>
  );
}

function NewProjection() {
  const { t, numbers } = useLanguage();
  const { api } = useServices();
  const queries = useQueryClient();
  const [, navigate] = useLocation();
  const asked = new URLSearchParams(useSearch()).get("symbol");
  const stocks = useQuery(stocksQuery(api)).data;
  const [chosen, setChosen] = useState(asked ?? "");
  const [days, setDays] = useState("30");
  const [quantity, setQuantity] = useState("1");
  const [key, setKey] = useState(() => crypto.randomUUID());
  const [state, setState] = useState<"ready" | "working" | "failed">("ready");

  const symbol = chosen || stocks?.[0]?.symbol;
  const shareCount = readEntry(quantity, 6, numbers);
  const isDays = /^\d{1,3}$/.test(days) && Number(days) >= 1 && Number(days) <= MOST_DAYS;
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (!isDays || shareCount.value === null || !symbol)
      return focusFirstFault(event.currentTarget as HTMLFormElement);
    setState("working");
    try {
      const body = { kind: "projection", symbol, days, quantity: shareCount.value } as const;
      const job = await askJob(api, body, key);
      void queries.invalidateQueries({ queryKey: ["jobs"] });
      navigate(`/projections/${job.job_id}`);
    } catch {
      setState("failed");
    }
  };
  // Another question is another job; the same one, after a failure, keeps its key.
  const change = (set: (value: string) => void) => (value: string) => {
    set(value);
    setKey(crypto.randomUUID());
  };
  return (
    <form noValidate onSubmit={submit} class="flex flex-col gap-1">
      <label for={FIRST_FIELD} class="mb-1.5 font-medium">
        {t("projections.symbol")}
      </label>
      <select
        id={FIRST_FIELD}
        class="mb-4 h-12 w-full rounded-control border border-edge bg-surface px-3"
        value={symbol}
        onChange={(event) => change(setChosen)(event.currentTarget.value)}
      >
        {!stocks && asked && <option value={asked}>{asked}</option>}
        {stocks?.map((stock) => (
          <option key={stock.symbol} value={stock.symbol}>
            {stock.symbol} · {stock.name}
          </option>
        ))}
      </select>
      <TextField
        name="days"
        label={t("projections.days")}
        value={days}
        fault={isDays ? null : t("projections.days.hint")}
        onInput={change(setDays)}
      />
      <TextField
        name="quantity"
        label={t("projections.quantity")}
        value={quantity}
        fault={shareCount.fault === null ? null : faultWords(shareCount.fault)}
        onInput={change(setQuantity)}
      />
      {state === "failed" && (
        <p role="alert" class="mb-3 text-bad">
          {t("projections.ask.failed")}
        </p>
      )}
      <Button type="submit" class="min-h-12" disabled={state === "working"}>
        {t(state === "working" ? "projections.working" : "projections.submit")}
      </Button>
      <p class="mt-3 text-small text-muted">{t("projections.caution")}</p>
    </form>
  );

  function faultWords(fault: NonNullable<typeof shareCount.fault>): string {
    return t(
      fault === "too_many_decimals"
        ? "ticket.fault.too_many_decimals.shares"
        : `ticket.fault.${fault}`,
    );
  }
}

const FIRST_FIELD = "projection-symbol";
const toForm = () => document.getElementById(FIRST_FIELD)?.focus();

function List() {
  const { t } = useLanguage();
  const { api } = useServices();
  const nowMs = useNow(CLOCK_MS);
  const jobs = useQuery(jobsQuery(api));
  return (
    <Loaded query={jobs} failure={t("projections.failed")} skeleton={<RowsSkeleton rows={4} />}>
      {(found) => {
        const own = found.filter((job) => job.kind === "projection");
        if (own.length === 0) {
          return (
            <Blank
              icon={<TrendIcon class="size-7" />}
              title={t("projections.empty.title")}
              text={t("projections.empty.text")}
              action={<Button onClick={toForm}>{t("projections.empty.action")}</Button>}
            />
          );
        }
        return (
          <ul>
            {own.map((job) => (
              <Item key={job.job_id} job={job} nowMs={nowMs} />
            ))}
          </ul>
        );
      }}
    </Loaded>
  );
}

function Item({ job, nowMs }: { job: Job; nowMs: number }) {
  const { t, numbers } = useLanguage();
  const { symbol = "", days, quantity } = job.question;
  return (
    <li class="border-t border-line">
      <Link
        href={`/projections/${job.job_id}`}
        class="flex min-h-16 items-center gap-3 px-4 transition-colors hover:bg-raised/60 sm:px-5"
      >
        <Ticker symbol={symbol} />
        <span class="min-w-0">
          <span class="block font-medium">
            {t("projections.what", { symbol, days: days ?? 0 })}
          </span>
          <span class="block text-small text-muted">
            {shares(quantity, numbers)} · <When at={job.created_at} nowMs={nowMs} />
          </span>
        </span>
        <span class="ml-auto">
          <JobChip job={job} />
        </span>
      </Link>
    </li>
  );
}
