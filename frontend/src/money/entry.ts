/** What a reader typed as an amount or a number of shares; comma and dot both serve. */

export type EntryFault = "empty" | "not_a_number" | "zero" | "too_many_decimals";
export type Entry = { value: string; fault: null } | { value: null; fault: EntryFault };

const fault = (name: EntryFault): Entry => ({ value: null, fault: name });

/**
 * A decimal string of at most `places` decimals. Of two kinds of separators the last one is decimal; one
 * that repeats groups thousands. A single one is decimal, unless three digits follow where only two
 * decimals can be: '1.000' dollars are a thousand, '1.000' shares are one.
 */
export function readEntry(text: string, places: number): Entry {
  const typed = text.replace(/[\s\u00a0$]/g, "").replace(/^US/i, "");
  if (typed === "") return fault("empty");
  const decimal = asDecimal(typed, places);
  if (decimal === null) return fault("not_a_number");
  const [whole = "", fraction = ""] = decimal.split(".");
  const trimmed = fraction.replace(/0+$/, "");
  if (trimmed.length > places) return fault("too_many_decimals");
  const units = whole.replace(/^0+(?=\d)/, "") || "0";
  if (!/[1-9]/.test(units + trimmed)) return fault("zero");
  return { value: trimmed ? `${units}.${trimmed}` : units, fault: null };
}

/** The typed number with a dot, if any, as its decimal separator; null when it is no number. */
function asDecimal(typed: string, places: number): string | null {
  if (!/^[\d.,]+$/.test(typed) || !/\d/.test(typed)) return null;
  const separators = typed.replace(/\d/g, "");
  const last = separators.at(-1);
  if (!last) return typed;
  const isMixed = /\./.test(separators) && /,/.test(separators);
  if (isMixed || separators.length > 1) {
    const repeats = separators.split(last).length - 1;
    if (repeats > 1) return isMixed ? null : ungrouped(typed, last);
    const at = typed.lastIndexOf(last);
    const whole = ungrouped(typed.slice(0, at), last === "." ? "," : ".");
    return whole === null ? null : `${whole}.${typed.slice(at + 1)}`;
  }
  if (places < 3 && /^[1-9]\d{0,2}[.,]\d{3}$/.test(typed)) return typed.replace(last, "");
  return typed.replace(last, ".");
}

/** Without its separators, if they stand where thousands are grouped. */
function ungrouped(text: string, separator: string): string | null {
  const groups = text.split(separator);
  const isGrouped =
    /^\d{1,3}$/.test(groups[0] ?? "") && groups.slice(1).every((group) => /^\d{3}$/.test(group));
  return isGrouped ? groups.join("") : null;
}

/** A decimal string as one types it: with the reader's decimal separator, without groups. */
export function typed(decimal: string, locale: string): string {
  return locale.startsWith("es") ? decimal.replace(".", ",") : decimal;
}
