/** How the board is looked at: which companies, in which order. It is kept in the address. */
import { BOARD_ORDERS, type BoardOrder, type Sorting } from "../api/stocks";

export const TABS = ["all", "favourites", "mine", "rising", "falling"] as const;
export type Tab = (typeof TABS)[number];

export interface View {
  tab: Tab;
  /** Null: as suits the tab. */
  sorting: Sorting | null;
  query: string;
}

const BY_SYMBOL: Sorting = { order: "symbol", isDescending: false };

export function readView(search: string): View {
  const params = new URLSearchParams(search);
  const sort = params.get("sort") ?? "";
  const isDescending = sort.startsWith("-");
  const order = BOARD_ORDERS.find((known) => known === sort.replace("-", ""));
  return {
    tab: TABS.find((tab) => tab === params.get("tab")) ?? "all",
    sorting: order ? { order, isDescending } : null,
    query: params.get("q") ?? "",
  };
}

/** As the part of an address behind the '?'; empty for what is usual. */
export function writeView({ tab, sorting, query }: View): string {
  const params = new URLSearchParams();
  if (tab !== "all") params.set("tab", tab);
  if (sorting) params.set("sort", (sorting.isDescending ? "-" : "") + sorting.order);
  if (query) params.set("q", query);
  return params.toString();
}

/** What is rising is led by what rises most. */
export function sortingOf({ tab, sorting }: View): Sorting {
  if (sorting) return sorting;
  if (tab === "rising") return { order: "change", isDescending: true };
  if (tab === "falling") return { order: "change", isDescending: false };
  return BY_SYMBOL;
}

interface Listed {
  symbol: string;
  change: string | null;
}

export function inTab<T extends Listed>(
  stocks: readonly T[],
  tab: Tab,
  favourites: ReadonlySet<string>,
  owned: ReadonlySet<string>,
): T[] {
  const isIn: Record<Tab, (stock: T) => boolean> = {
    all: () => true,
    favourites: ({ symbol }) => favourites.has(symbol),
    mine: ({ symbol }) => owned.has(symbol),
    rising: ({ change }) => Number(change ?? 0) > 0,
    falling: ({ change }) => Number(change ?? 0) < 0,
  };
  return stocks.filter(isIn[tab]);
}

export type { BoardOrder, Sorting };
