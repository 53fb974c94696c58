/** The board: every company, its latest price, its change, and how old that knowledge is. */
import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { type Stock, search, stocksQuery } from "../api/stocks";
import { useLanguage, useNow, useServices, useTitle } from "../context";
import { age, newest } from "../format/ages";
import { Banner, Blank, Button } from "../ui/controls";
import { ChartIcon, CrossIcon, OfflineIcon, SearchIcon } from "../ui/icons";
import { Board, BoardSkeleton } from "./market-board";

const CLOCK_MS = 15_000;

export function Market() {
  const { t } = useLanguage();
  const { api } = useServices();
  const [query, setQuery] = useState("");
  const now = useNow(CLOCK_MS);
  const stocks = useQuery(stocksQuery(api));
  useTitle(t("market.title"));

  return (
    <>
      <div class="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
        <div>
          <h1 class="text-title font-bold tracking-tight">{t("market.title")}</h1>
          <Freshness stocks={stocks.data} nowMs={now} />
        </div>
        <SearchBox query={query} onInput={setQuery} />
      </div>
      {stocks.error && (
        <Failure
          error={stocks.error}
          fetchedAtMs={stocks.dataUpdatedAt}
          nowMs={now}
          retry={() => void stocks.refetch()}
          isRetrying={stocks.isFetching}
        />
      )}
      {stocks.isPending ? (
        <BoardSkeleton />
      ) : (
        stocks.data && (
          <Found
            stocks={stocks.data}
            query={query}
            nowMs={now}
            clear={() => setQuery("")}
            refresh={() => void stocks.refetch()}
          />
        )
      )}
    </>
  );
}

function Freshness({ stocks, nowMs }: { stocks: Stock[] | undefined; nowMs: number }) {
  const { t, locale } = useLanguage();
  const latest = newest((stocks ?? []).map((stock) => stock.observed_at));
  const count = stocks?.length ?? 0;
  const words = latest && [
    t(count === 1 ? "market.count.one" : "market.count.other", { count }),
    t("market.updated", { age: age(latest, nowMs, locale) }),
  ];
  return <p class="min-h-6 text-muted">{words ? words.join(" · ") : ""}</p>;
}

function SearchBox({ query, onInput }: { query: string; onInput: (query: string) => void }) {
  const { t } = useLanguage();
  return (
    <search class="relative w-full sm:w-80">
      <SearchIcon class="pointer-events-none absolute top-3 left-3 size-5 text-muted" />
      <input
        type="search"
        class="h-11 w-full rounded-control border border-edge bg-surface pr-11 pl-10 placeholder:text-muted"
        aria-label={t("market.search")}
        placeholder={t("market.search")}
        value={query}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && onInput("")}
      />
      {query && (
        <button
          type="button"
          class="absolute inset-y-0 right-0 grid w-11 place-items-center text-muted hover:text-ink"
          aria-label={t("market.search.clear")}
          onClick={() => onInput("")}
        >
          <CrossIcon class="size-4" />
        </button>
      )}
    </search>
  );
}

interface FailureProps {
  error: Error;
  /** When the data on the screen came; 0 where there is none. */
  fetchedAtMs: number;
  nowMs: number;
  retry: () => void;
  isRetrying: boolean;
}

function Failure({ error, fetchedAtMs, nowMs, retry, isRetrying }: FailureProps) {
  const { t, locale } = useLanguage();
  const isUnreachable = error instanceof TypeError;
  const reason = t(
    !navigator.onLine
      ? "market.error.offline"
      : isUnreachable
        ? "market.error.unreachable"
        : "market.error.server",
  );
  const kept = fetchedAtMs
    ? t("market.error.kept", { age: age(new Date(fetchedAtMs).toISOString(), nowMs, locale) })
    : "";
  return (
    <div class="mb-6">
      <Banner
        tone="warn"
        icon={isUnreachable ? <OfflineIcon /> : undefined}
        title={t("market.error.title")}
        action={
          <Button quiet onClick={retry} disabled={isRetrying}>
            {t("app.retry")}
          </Button>
        }
      >
        {`${reason} ${kept}`}
      </Banner>
    </div>
  );
}

interface FoundProps {
  stocks: Stock[];
  query: string;
  nowMs: number;
  clear: () => void;
  refresh: () => void;
}

function Found({ stocks, query, nowMs, clear, refresh }: FoundProps) {
  const { t } = useLanguage();
  if (stocks.length === 0) {
    return (
      <Blank
        icon={<ChartIcon class="size-7" />}
        title={t("market.empty.title")}
        text={t("market.empty.text")}
        action={<Button onClick={refresh}>{t("market.empty.action")}</Button>}
      />
    );
  }
  const matches = search(stocks, query);
  if (matches.length === 0) {
    return (
      <Blank
        icon={<SearchIcon class="size-7" />}
        title={t("market.noMatch.title", { query })}
        text={t("market.noMatch.text")}
        action={<Button onClick={clear}>{t("market.search.clear")}</Button>}
      />
    );
  }
  return <Board stocks={matches} nowMs={nowMs} />;
}
