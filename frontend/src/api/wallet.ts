/** The wallet: what can be spent, what is held, and the ledger with the balance after each movement. */
import { infiniteQueryOptions, queryOptions } from "@tanstack/preact-query";
import { unlessLive } from "../live/live";
import { newest } from "../live/newest";
import { minus } from "../money/decimals";
import { type Api, unwrap } from "./client";
import type { components } from "./schema";

export type Wallet = components["schemas"]["Wallet"];
export type Posting = components["schemas"]["Posting"];
export type PostingKind = Posting["kind"];

const REFRESH_MS = 30_000;
const TRIES = 3;

export function walletQuery(api: Api) {
  return queryOptions({
    queryKey: ["wallet"],
    queryFn: ({ signal }) => wallet(api, signal),
    structuralSharing: (known, read) => newest(known as Wallet | undefined, read as Wallet),
    refetchInterval: unlessLive(REFRESH_MS),
  });
}

async function wallet(api: Api, signal: AbortSignal): Promise<Wallet> {
  return unwrap(await api.GET("/wallet", { signal }));
}

interface LedgerPage {
  items: Posting[];
  next_cursor: string | null;
  /** The wallet as it was when the newest page was read; null if it would not stand still. */
  wallet?: Wallet | null;
}

export function ledgerQuery(api: Api) {
  return infiniteQueryOptions({
    queryKey: ["ledger"],
    queryFn: ({ signal, pageParam }) =>
      pageParam ? postings(api, pageParam, signal) : newestPage(api, signal),
    initialPageParam: "",
    getNextPageParam: (page: LedgerPage) => page.next_cursor,
    refetchInterval: unlessLive(REFRESH_MS),
  });
}

async function postings(api: Api, cursor: string, signal: AbortSignal): Promise<LedgerPage> {
  const query = cursor ? { cursor } : {};
  return unwrap(await api.GET("/wallet/postings", { params: { query }, signal }));
}

/**
 * The newest movements with the wallet that belongs to them. The two are read one after the other, so
 * the wallet is read on both sides: only if it stood still do its balances fit these movements.
 */
async function newestPage(api: Api, signal: AbortSignal): Promise<LedgerPage> {
  let before = await wallet(api, signal);
  for (let left = TRIES; ; left -= 1) {
    const page = await postings(api, "", signal);
    const after = await wallet(api, signal);
    const isStill = before.available === after.available && before.held === after.held;
    if (isStill || left === 1) return { ...page, wallet: isStill ? after : null };
    before = after;
  }
}

export interface LedgerRow {
  posting: Posting;
  /** What could be spent after it; null when that is not known. */
  balance: string | null;
}

/** Reckoned backwards: the wallet is the balance after the newest movement. */
export function withBalances(pages: LedgerPage[]): LedgerRow[] {
  let balance = pages[0]?.wallet?.available ?? null;
  return pages
    .flatMap((page) => page.items)
    .map((posting) => {
      const row = { posting, balance };
      balance = balance === null ? null : minus(balance, posting.available);
      return row;
    });
}
