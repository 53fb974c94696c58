/** An ended order in one line, and what it did to the money. */

import { money, shares } from "../format/numbers";
import type { Locale } from "../i18n/locale";
import type { Blanks, Key } from "../i18n/translate";
import type { Ended } from "./news";

interface Language {
  t: (key: Key, blanks?: Blanks) => string;
  numbers: Locale;
}

export function wordsOf(order: Ended, { t, numbers }: Language): { title: string; text: string } {
  const blanks = {
    quantity: shares(order.quantity, numbers),
    symbol: order.symbol,
    cost: money(order.cost, order.currency, numbers),
    released: money(order.released, order.currency, numbers),
  };
  return {
    title: t(`bell.${order.state}`, blanks),
    text: t(`bell.${order.state}.text`, blanks),
  };
}
