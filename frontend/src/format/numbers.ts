/**
 * Money, prices and changes as text for people. Amounts arrive as decimal strings and go to Intl as
 * strings, which it reads exactly: no float ever stands between the API and the screen.
 */
import type { Locale } from "../i18n/locale";

export const UNKNOWN = "—";

export type Direction = "up" | "down" | "flat";

type Decimal = Intl.StringNumericLiteral;

const DECIMAL = /^-?\d+(\.\d+)?$/;

const formats = new Map<string, Intl.NumberFormat>();

function format(locale: Locale, options: Intl.NumberFormatOptions): Intl.NumberFormat {
  const key = locale + JSON.stringify(options);
  let found = formats.get(key);
  if (!found) {
    found = new Intl.NumberFormat(locale, { useGrouping: "always", ...options });
    formats.set(key, found);
  }
  return found;
}

function isDecimal(text: string | null | undefined): text is Decimal {
  return typeof text === "string" && DECIMAL.test(text);
}

/** An amount of money or a price with all the decimals it came with, at least two, at most six. */
export function money(amount: string | null | undefined, currency: string, locale: Locale): string {
  if (!isDecimal(amount)) return UNKNOWN;
  return currencyText(amount, currency, locale, [2, 6]);
}

/** Before the currency in every language; Spanish by itself would write 'US$-5,00'. */
function currencyText(
  amount: Decimal,
  currency: string,
  locale: Locale,
  [minimumFractionDigits, maximumFractionDigits]: Decimals,
): string {
  const options = { style: "currency", currency, minimumFractionDigits, maximumFractionDigits };
  const written = format(locale, options as Intl.NumberFormatOptions);
  if (!amount.startsWith("-")) return written.format(amount);
  const size = written.format(amount.slice(1) as Decimal);
  return /[1-9]/.test(size) ? `-${size}` : size;
}

/** At least and at most. */
type Decimals = [number, number];

/** Two decimals for what costs a unit or more, four to six for what costs less. */
function decimalsFor(price: Decimal): Decimals {
  return /^-?0+(\.|$)/.test(price) && /[1-9]/.test(price) ? [4, 6] : [2, 2];
}

/** A price for a glance, rounded half up; `money` has it whole. */
export function roundedPrice(
  price: string | null | undefined,
  currency: string,
  locale: Locale,
): string {
  if (!isDecimal(price)) return UNKNOWN;
  return currencyText(price, currency, locale, decimalsFor(price));
}

/** An amount with its sign: what came, what went. */
export function signedMoney(
  amount: string | null | undefined,
  currency: string,
  locale: Locale,
): string {
  const written = money(amount, currency, locale);
  return direction(amount) === "up" ? `+${written}` : written;
}

/** A number of shares, with all its decimals. */
export function shares(quantity: string | null | undefined, locale: Locale): string {
  if (!isDecimal(quantity)) return UNKNOWN;
  return format(locale, { maximumFractionDigits: 6 }).format(quantity);
}

/** A part of a whole, 0 to 1, in percent. */
export function portion(part: string | null | undefined, locale: Locale): string {
  if (!isDecimal(part)) return UNKNOWN;
  return format(locale, {
    style: "percent",
    minimumFractionDigits: 1,
    maximumFractionDigits: 1,
  }).format(part);
}

export function direction(change: string | null | undefined): Direction | null {
  if (!isDecimal(change)) return null;
  if (!/[1-9]/.test(change)) return "flat";
  return change.startsWith("-") ? "down" : "up";
}

/**
 * A change with its sign, as fine as its price is shown, without the currency, which stands there. One
 * that rounding would turn to nothing keeps its decimals: what moved is not shown as still.
 */
export function signed(
  change: string | null | undefined,
  price: string | null | undefined,
  locale: Locale,
): string {
  if (!isDecimal(change) || !isDecimal(price)) return UNKNOWN;
  const withDecimals = ([minimumFractionDigits, maximumFractionDigits]: Decimals) =>
    format(locale, { signDisplay: "exceptZero", minimumFractionDigits, maximumFractionDigits });
  const rounded = withDecimals(decimalsFor(price)).format(change);
  return /[1-9]/.test(rounded) ? rounded : withDecimals([2, 6]).format(change);
}

/** A change in percent, as the API reckoned it, with its sign. */
export function percent(change: string | null | undefined, locale: Locale): string {
  if (!isDecimal(change)) return UNKNOWN;
  return format(locale, {
    style: "unit",
    unit: "percent",
    signDisplay: "exceptZero",
    minimumFractionDigits: 2,
    maximumFractionDigits: 2,
  }).format(change);
}
