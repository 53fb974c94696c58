/** The board: every company, its latest price, its change, and how old that knowledge is. */
import { useQuery } from "@tanstack/preact-query";
import type { Ref } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { useLocation, useSearch } from "wouter-preact";
import { portfolioQuery } from "../api/account";
import {
  heartbeatQuery,
  type Sorting,
  type Stock,
  search,
  sorted,
  stocksQuery,
} from "../api/stocks";
import { useLanguage, useNow, useServices, useTitle } from "../context";
import { age, newest } from "../format/ages";
import { Board, BoardSkeleton } from "../market/board";
import { inTab, readView, sortingOf, TABS, type Tab, type View, writeView } from "../market/view";
import { useFavourites } from "../settings/settings";
import { Choices } from "../ui/choices";
import { Blank, Button } from "../ui/controls";
import { Loaded } from "../ui/failure";
import { ChartIcon, CrossIcon, SearchIcon, StarIcon } from "../ui/icons";

const CLOCK_MS = 15_000;
const BY_SYMBOL: Sorting = { order: "symbol", isDescending: false };

/** The view is the address: it can be linked to, and 'back' from a company finds it again. */
function useView() {
  const [path, navigate] = useLocation();
  const view = readView(useSearch());
  const change = (part: Partial<View>) => {
    const words = writeView({ ...view, ...part });
    navigate(words ? `${path}?${words}` : path, { replace: true });
  };
  return { view, change };
}

export function Market() {
  const { t } = useLanguage();
  const { api } = useServices();
  const { view, change } = useView();
  const now = useNow(CLOCK_MS);
  const stocks = useQuery(stocksQuery(api));
  const sorting = sortingOf(view);
  useTitle(t("market.title"));
  // A new tab starts in its own order.
  const chooseTab = (tab: Tab) => change({ tab, sorting: null });
  const sort = (chosen: Sorting) => change({ sorting: chosen });

  return (
    <>
      <div class="mb-4 flex flex-wrap items-end justify-between gap-x-6 gap-y-3">
        <div>
          <h1 class="flex items-center gap-3 text-title font-bold tracking-tight">
            {t("market.title")} <LinkLight />
          </h1>
          <Freshness stocks={stocks.data} nowMs={now} />
        </div>
        <SearchBox query={view.query} onInput={(query) => change({ query })} />
      </div>
      <div class="mb-3 flex flex-wrap items-center justify-between gap-3">
        <Choices
          legend={t("market.tabs")}
          name="tab"
          options={TABS.map((value) => ({ value, label: t(`market.tab.${value}`) }))}
          value={view.tab}
          onChoose={chooseTab}
        />
        <SortChoice sorting={sorting} onSort={sort} />
      </div>
      <Loaded query={stocks} failure={t("market.error.title")} skeleton={<BoardSkeleton />}>
        {(found) => (
          <Found
            stocks={found}
            view={view}
            nowMs={now}
            onSort={sort}
            onTab={chooseTab}
            clear={() => change({ query: "" })}
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

/** '/' leads here from anywhere on the screen but a field. */
function useSlash(): Ref<HTMLInputElement> {
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    const jump = (event: KeyboardEvent) => {
      const isTyping = (event.target as HTMLElement).closest?.("input, select, textarea, dialog");
      if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || isTyping) return;
      event.preventDefault();
      field.current?.focus();
      field.current?.select();
    };
    addEventListener("keydown", jump);
    return () => removeEventListener("keydown", jump);
  }, []);
  return field;
}

function SearchBox({ query, onInput }: { query: string; onInput: (query: string) => void }) {
  const { t } = useLanguage();
  const field = useSlash();
  return (
    <search class="relative w-full sm:w-80">
      <SearchIcon class="pointer-events-none absolute top-3 left-3 size-5 text-muted" />
      <input
        ref={field}
        type="search"
        class="peer h-11 w-full rounded-control border border-edge bg-surface pr-11 pl-10 placeholder:text-muted"
        aria-label={t("market.search")}
        aria-keyshortcuts="/"
        placeholder={t("market.search.short")}
        value={query}
        autocomplete="off"
        spellcheck={false}
        onInput={(event) => onInput(event.currentTarget.value)}
        onKeyDown={(event) => event.key === "Escape" && onInput("")}
      />
      {query ? (
        <button
          type="button"
          class="absolute inset-y-0 right-0 grid w-11 place-items-center text-muted hover:text-ink"
          aria-label={t("market.search.clear")}
          onClick={() => onInput("")}
        >
          <CrossIcon class="size-4" />
        </button>
      ) : (
        <span
          class="pointer-events-none absolute top-2.5 right-3 grid h-6 min-w-6 place-items-center rounded-small border border-line bg-raised text-small text-muted peer-focus:invisible max-sm:hidden"
          aria-hidden="true"
        >
          /
        </span>
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
  view: View;
  nowMs: number;
  onSort: (sorting: Sorting) => void;
  onTab: (tab: Tab) => void;
  clear: () => void;
  refresh: () => void;
}

function useOwned(): ReadonlySet<string> {
  const { api } = useServices();
  const positions = useQuery(portfolioQuery(api)).data?.positions ?? [];
  return new Set(positions.map(({ symbol }) => symbol));
}

function Found({ stocks, view, nowMs, onSort, onTab, clear, refresh }: FoundProps) {
  const { t } = useLanguage();
  const favourites = useFavourites();
  const owned = useOwned();
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
  const listed = inTab(stocks, view.tab, favourites.symbols, owned);
  const matches = search(listed, view.query);
  if (matches.length === 0 && view.query) {
    return (
      <Blank
        icon={<SearchIcon class="size-7" />}
        title={t("market.noMatch.title", { query: view.query })}
        text={t("market.noMatch.text")}
        action={<Button onClick={clear}>{t("market.search.clear")}</Button>}
      />
    );
  }
  if (matches.length === 0 && view.tab !== "all") {
    return (
      <Blank
        icon={<StarIcon class="size-7" isOn={false} />}
        title={t(`market.none.${view.tab}`)}
        text={t(`market.none.${view.tab}.text`)}
        action={<Button onClick={() => onTab("all")}>{t("market.none.action")}</Button>}
      />
    );
  }
  return (
    <Board
      stocks={sorted(matches, sortingOf(view))}
      nowMs={nowMs}
      sorting={sortingOf(view)}
      onSort={onSort}
      stars={favourites.symbols}
      onStar={favourites.toggle}
    />
  );
}
