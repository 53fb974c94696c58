/** What a reader typed as an amount or a number of shares, read as the reader's locale writes numbers. */
import { NumberParser } from "@internationalized/number";
import Big from "big.js";

export type EntryFault = "empty" | "not_a_number" | "zero" | "too_many_decimals";
export type Entry = { value: string; fault: null } | { value: null; fault: EntryFault };

interface Symbols {
  group: string;
  decimal: string;
  parser: NumberParser;
}

const known = new Map<string, Symbols>();
const fault = (name: EntryFault): Entry => ({ value: null, fault: name });

/**
 * A decimal string of at most `places` decimals. In Spanish '1.500' is fifteen hundred and '1,5' one and a
 * half, in English the other way round. The other separator serves as a decimal point only where it cannot
 * group thousands: '1.5' is one and a half in Spanish too, since a group has three digits.
 */
export function readEntry(text: string, places: number, locale: string): Entry {
  const symbols = symbolsOf(locale);
  const typed = text.replace(/[\s\u00a0$]/g, "").replace(/^US/i, "");
  if (typed === "") return fault("empty");
  const written = asWritten(typed, symbols);
  const number = written === null ? Number.NaN : symbols.parser.parse(written);
  if (Number.isNaN(number)) return fault("not_a_number");
  const value = new Big(number);
  if (value.lte(0)) return fault("zero");
  const decimal = value.toFixed();
  if ((decimal.split(".")[1] ?? "").length > places) return fault("too_many_decimals");
  return { value: decimal, fault: null };
}

function symbolsOf(locale: string): Symbols {
  let found = known.get(locale);
  if (!found) {
    const options = { useGrouping: true, maximumFractionDigits: 20 } as const;
    const parts = new Intl.NumberFormat(locale, options).formatToParts(1_234_567.8);
    const symbol = (type: string) => parts.find((part) => part.type === type)?.value ?? "";
    found = {
      group: symbol("group"),
      decimal: symbol("decimal"),
      parser: new NumberParser(locale, options),
    };
    known.set(locale, found);
  }
  return found;
}

/** The typed text where its separators stand as the locale writes them; null when it is no number. */
function asWritten(typed: string, { group, decimal }: Symbols): string | null {
  const [g, d] = [group, decimal].map((symbol) => `\\${symbol}`);
  const isPlain = new RegExp(`^(\\d+${d}?\\d*|${d}\\d+)$`).test(typed);
  const isGrouped = new RegExp(`^[1-9]\\d{0,2}(${g}\\d{3})+(${d}\\d*)?$`).test(typed);
  if (isPlain || isGrouped) return typed;
  const isOtherDecimal = new RegExp(`^(\\d+${g}\\d*|${g}\\d+)$`).test(typed);
  return isOtherDecimal ? typed.replace(group, decimal) : null;
}

/** A decimal string as one types it: with the reader's decimal separator, without groups. */
export function typed(decimal: string, locale: string): string {
  return decimal.replace(".", symbolsOf(locale).decimal);
}
