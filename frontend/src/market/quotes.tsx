/** A short list of companies with price and change: on the front page, at home, where one is chosen. */
import type { ComponentChildren } from "preact";
import { Link } from "wouter-preact";
import type { Quote } from "../api/board";
import { useLanguage } from "../context";
import { money, percent, roundedPrice } from "../format/numbers";
import { Change } from "../ui/change";
import { Ticker } from "../ui/ticker";
import { companyPath } from "./path";

const ROW = "flex min-h-14 w-full items-center gap-3 px-4 text-left sm:px-5";

interface QuotesProps {
  quotes: readonly Quote[];
  /** What a row does when it is pressed; without, it leads to the company. */
  onChoose?: (symbol: string) => void;
  /** Nothing happens: it is only shown. */
  isReadOnly?: boolean;
}

export function Quotes({ quotes, onChoose, isReadOnly = false }: QuotesProps) {
  return (
    <ul>
      {quotes.map((quote) => (
        <li key={quote.symbol} class="border-t border-line first:border-t-0">
          <Row symbol={quote.symbol} onChoose={onChoose} isReadOnly={isReadOnly}>
            <Content quote={quote} />
          </Row>
        </li>
      ))}
    </ul>
  );
}

interface RowProps {
  symbol: string;
  onChoose: ((symbol: string) => void) | undefined;
  isReadOnly: boolean;
  children: ComponentChildren;
}

function Row({ symbol, onChoose, isReadOnly, children }: RowProps) {
  if (isReadOnly) return <div class={ROW}>{children}</div>;
  if (onChoose) {
    return (
      <button
        type="button"
        class={`${ROW} transition-colors hover:bg-raised`}
        onClick={() => onChoose(symbol)}
      >
        {children}
      </button>
    );
  }
  return (
    <Link href={companyPath(symbol)} class={`${ROW} transition-colors hover:bg-raised`}>
      {children}
    </Link>
  );
}

function Content({ quote }: { quote: Quote }) {
  const { t, numbers } = useLanguage();
  const { symbol, name, price, currency, change, change_percent } = quote;
  return (
    <>
      <Ticker symbol={symbol} />
      <span class="min-w-0 flex-1 truncate" title={name}>
        {name}
      </span>
      <span class="text-right tabular-nums">
        <span key={price} class="block font-semibold" title={money(price, currency, numbers)}>
          {roundedPrice(price, currency, numbers)}
        </span>
        <span class="block text-small">
          <Change change={change} unknown={t("market.change.unknown")}>
            {percent(change_percent, numbers)}
          </Change>
        </span>
      </span>
    </>
  );
}
