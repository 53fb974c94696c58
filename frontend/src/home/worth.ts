/** What the reader is worth: cash and shares in one number, and how the day changed it. */
import type { Portfolio } from "../api/account";
import type { Wallet } from "../api/wallet";
import { percentOfBefore, plus } from "../money/decimals";

export interface Worth {
  /** Cash and shares; null when a price is missing. */
  total: string | null;
  cash: string;
  held: string;
  shares: string | null;
  dayChange: string | null;
  dayPercent: string | null;
}

type Held = Pick<Portfolio, "value" | "day_change">;

/** Cash does not change by itself, so the day's change is that of the shares. */
export function worthOf(wallet: Wallet, { value, day_change: dayChange }: Held): Worth {
  const total = plus(wallet.total, value);
  const isKnown = dayChange !== null && total !== null;
  return {
    total,
    cash: wallet.total,
    held: wallet.held,
    shares: value,
    dayChange,
    dayPercent: isKnown ? percentOfBefore(dayChange, total) : null,
  };
}
