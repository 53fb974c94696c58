/** What the reader is worth: cash and shares in one number, and how the day changed it. */
import type { Portfolio } from "../api/account";
import type { Wallet } from "../api/wallet";
import { percentOfBefore } from "../money/decimals";

export interface Worth {
  /** Cash and shares; null when a price is missing. */
  total: string | null;
  cash: string;
  held: string;
  shares: string | null;
  dayChange: string | null;
  dayPercent: string | null;
}

/** Of one answer of the API, so that the parts add up. Cash does not change by itself: the day's change is the shares'. */
export function worthOf(wallet: Pick<Wallet, "held">, portfolio: Portfolio): Worth {
  const { net_worth: total, day_change: dayChange } = portfolio;
  const isKnown = dayChange !== null && total !== null;
  return {
    total,
    cash: portfolio.cash,
    held: wallet.held,
    shares: portfolio.value,
    dayChange,
    dayPercent: isKnown ? percentOfBefore(dayChange, total) : null,
  };
}
