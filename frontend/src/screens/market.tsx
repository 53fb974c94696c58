/** The board: every company, its latest price, its change, and how old that knowledge is. */
import { useQuery } from "@tanstack/preact-query";
import { useState } from "preact/hooks";
import { heartbeatQuery, type Stock, search, sorted, stocksQuery } from "../api/stocks";
import { useLanguage, useNow, useServices, useTitle } from "../context";
import { age, newest } from "../format/ages";
import { Board, BoardSkeleton } from "../market/board";
import type { Sorting } from "../market/head";
import { useFavourites } from "../settings/settings";
import { Blank, Button } from "../ui/controls";
import { Loaded } from "../ui/failure";
import { ChartIcon, CrossIcon, SearchIcon } from "../ui/icons";

const CLOCK_MS = 15_000;
const BY_SYMBOL: Sorting = { order: "symbol", isDescending: false };

export function Market() {
  const { t } = useLanguage();
  const { api } = useServices();
  const [query, setQuery] = useState("");
  const [sorting, setSorting] = useState(BY_SYMBOL);
  const now = useNow(CLOCK_MS);
  const stocks = useQuery(stocksQuery(api));
  useTitle(t("market.title"));

  return (
    <>
      <div class="mb-6 flex flex-wrap items-end justify-between gap-x-6 gap-y-4">
        <div>
          <h1 class="flex items-center gap-3 text-title font-bold tracking-tight">
            {t("market.title")} <LinkLight />
          </h1>
          <Freshness stocks={stocks.data} nowMs={now} />
        </div>
        <div class="flex w-full flex-wrap gap-3 sm:w-80">
          <SearchBox query={query} onInput={setQuery} />
          <SortChoice sorting={sorting} onSort={setSorting} />
        </div>
      </div>
      <Loaded query={stocks} failure={t("market.error.title")} skeleton={<BoardSkeleton />}>
        {(found) => (
          <Found
            stocks={found}
            query={query}
            nowMs={now}
            sorting={sorting}
            onSort={setSorting}
            clear={() => setQuery("")}
            refresh={() => void stocks.refetch()}
          />
        )}
      </Loaded>
    </>
  );
}

/** Whether the exchange speaks to us; nothing where that is not known. */
function LinkLight() {
  const { t } = useLanguage();
  const { api } = useServices();
  const isAlive = useQuery(heartbeatQuery(api)).data?.exchange.link_alive ?? null;
  if (isAlive === null) return null;
  return (
    <span
      class={`inline-flex items-center gap-1.5 rounded-control px-2.5 py-0.5 text-small font-semibold tracking-normal ${isAlive ? "bg-good-surface text-up" : "bg-warn-surface text-warn"}`}
    >
      <span class="size-2 rounded-control bg-current" aria-hidden="true" />
      {t(isAlive ? "market.live" : "market.silent")}
    </span>
  );
}

function Freshness({ stocks, nowMs }: { stocks: Stock[] | undefined; nowMs: number }) {
  const { t, locale } = useLanguage();
  const latest = newest((stocks ?? []).map((stock) => stock.observed_at));
  const count = stocks?.length ?? 0;
  const words = latest && [
    t("market.count", { count }),
    t("market.updated", { age: age(latest, nowMs, locale) }),
  ];
  return <p class="min-h-6 text-muted">{words ? words.join(" · ") : ""}</p>;
}

function SearchBox({ query, onInput }: { query: string; onInput: (query: string) => void }) {
  const { t } = useLanguage();
  return (
    <search class="relative min-w-0 flex-1 sm:w-full sm:flex-none">
      <SearchIcon class="pointer-events-none absolute top-3 left-3 size-5 text-muted" />
      <input
        type="search"
        class="h-11 w-full rounded-control border border-edge bg-surface pr-11 pl-10 placeholder:text-muted"
        aria-label={t("market.search")}
        placeholder={t("market.search.short")}
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

const PHONE_SORTS: Sorting[] = [
  BY_SYMBOL,
  { order: "change", isDescending: true },
  { order: "change", isDescending: false },
  { order: "price", isDescending: true },
  { order: "price", isDescending: false },
];

/** On a phone, where the table's heads are out of sight. */
function SortChoice({ sorting, onSort }: { sorting: Sorting; onSort: (sorting: Sorting) => void }) {
  const { t } = useLanguage();
  const index = PHONE_SORTS.findIndex(
    ({ order, isDescending }) => order === sorting.order && isDescending === sorting.isDescending,
  );
  return (
    <select
      class="h-11 w-28 rounded-control border border-edge bg-surface px-3 sm:hidden"
      aria-label={t("market.sort")}
      value={Math.max(0, index)}
      onChange={(event) => onSort(PHONE_SORTS[Number(event.currentTarget.value)] ?? BY_SYMBOL)}
    >
      {PHONE_SORTS.map(({ order, isDescending }, value) => (
        <option key={`${order}${isDescending}`} value={value}>
          {t(`market.sort.${order}`)}
          {order === "symbol" ? "" : isDescending ? " ▼" : " ▲"}
        </option>
      ))}
    </select>
  );
}

interface FoundProps {
  stocks: Stock[];
  query: string;
  nowMs: number;
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  clear: () => void;
  refresh: () => void;
}

function Found({ stocks, query, nowMs, sorting, onSort, clear, refresh }: FoundProps) {
  const { t } = useLanguage();
  const { symbols: stars, toggle } = useFavourites();
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
  return (
    <Board
      stocks={sorted(matches, sorting.order, sorting.isDescending, stars)}
      nowMs={nowMs}
      sorting={sorting}
      onSort={onSort}
      stars={stars}
      onStar={toggle}
    />
  );
}
