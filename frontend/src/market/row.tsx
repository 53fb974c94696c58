/** One company on the board: its latest price, its change, and how old that knowledge is. */
import type { ComponentChildren } from "preact";
import { Link } from "wouter-preact";
import type { Stock } from "../api/stocks";
import { useLanguage } from "../context";
import { direction, money, percent, roundedPrice, signed } from "../format/numbers";
import { Change, COLOURS } from "../ui/change";
import { StarIcon } from "../ui/icons";
import { Sparkline } from "../ui/sparkline";
import { Ticker } from "../ui/ticker";
import { PriceAge } from "../ui/when";
import { companyPath } from "./path";
import type { Room } from "./room";

export const CELL = "h-18 border-t border-line px-3 group-first:border-t-0";

interface RowProps {
  stock: Stock;
  room: Room;
  nowMs: number;
  isStarred: boolean;
  onStar: (symbol: string) => void;
}

export function Row({ stock, room, nowMs, isStarred, onStar }: RowProps) {
  const age = <PriceAge at={stock.observed_at} nowMs={nowMs} />;
  return (
    <tr class="group relative transition-colors hover:bg-raised/60">
      <td class="border-t border-line pl-0.5 group-first:border-t-0">
        <Star symbol={stock.symbol} isOn={isStarred} onStar={onStar} />
      </td>
      <th scope="row" class={`${CELL} pl-0 text-left font-normal`}>
        {room === "phone" ? <PhoneCompany stock={stock} age={age} /> : <Company stock={stock} />}
      </th>
      <td class={`${CELL} pl-0 text-right tabular-nums`}>
        <Price stock={stock} />
        {room !== "desktop" && (
          <div class="text-small">{room === "phone" ? <StockChange stock={stock} /> : age}</div>
        )}
      </td>
      {room !== "phone" && (
        <td class={`${CELL} text-right tabular-nums`}>
          <StockChange stock={stock} />
        </td>
      )}
      {room === "desktop" && (
        <>
          <td class={CELL}>
            <Sparkline trend={stock.trend} class={COLOURS[direction(stock.change) ?? "flat"]} />
          </td>
          <td class={`${CELL} text-right text-small`}>{age}</td>
        </>
      )}
      {room !== "phone" && (
        <td class={`${CELL} text-right`}>
          <BuyLink symbol={stock.symbol} />
        </td>
      )}
    </tr>
  );
}

interface StarProps extends Pick<RowProps, "onStar"> {
  symbol: string;
  isOn: boolean;
}

function Star({ symbol, isOn, onStar }: StarProps) {
  const { t } = useLanguage();
  return (
    <button
      type="button"
      aria-label={t(isOn ? "market.unstar" : "market.star", { symbol })}
      title={t(isOn ? "market.unstar" : "market.star", { symbol })}
      class={`relative z-1 grid size-11 place-items-center rounded-control hover:bg-raised ${isOn ? "text-star" : "text-edge"}`}
      onClick={() => onStar(symbol)}
    >
      <StarIcon isOn={isOn} />
    </button>
  );
}

function Company({ stock }: { stock: Stock }) {
  return (
    <div class="flex items-center gap-3">
      <Ticker symbol={stock.symbol} />
      <p class="min-w-0 truncate font-semibold" title={stock.name}>
        <CompanyLink stock={stock} />
      </p>
    </div>
  );
}

function PhoneCompany({ stock, age }: { stock: Stock; age: ComponentChildren }) {
  return (
    <>
      <p class="flex items-baseline gap-2">
        <span class="font-semibold">{stock.symbol}</span>
        <span class="truncate text-small">{age}</span>
      </p>
      <p class="truncate text-small text-muted" title={stock.name}>
        <CompanyLink stock={stock} />
      </p>
    </>
  );
}

/** The link's area is the whole row; what else can be pressed lies above it. */
function CompanyLink({ stock }: { stock: Stock }) {
  return (
    <Link href={companyPath(stock.symbol)} class="after:absolute after:inset-0">
      {stock.name}
    </Link>
  );
}

function BuyLink({ symbol }: { symbol: string }) {
  const { t } = useLanguage();
  return (
    <Link
      href={`${companyPath(symbol)}/buy`}
      aria-label={t("market.buy.of", { symbol })}
      class="relative z-1 inline-grid min-h-10 place-items-center rounded-control border border-edge/50 bg-surface px-4 text-small font-semibold text-link transition-colors hover:border-action hover:bg-action hover:text-on-action"
    >
      {t("market.buy")}
    </Link>
  );
}

/** Keyed by its text: a new number is a new element, which takes its place without moving an old one. */
function Price({ stock }: { stock: Stock }) {
  const { numbers } = useLanguage();
  return (
    <p key={stock.price} class="font-semibold" title={money(stock.price, stock.currency, numbers)}>
      {roundedPrice(stock.price, stock.currency, numbers)}
    </p>
  );
}

export function StockChange({ stock }: { stock: Stock }) {
  const { t, numbers } = useLanguage();
  return (
    <Change
      change={stock.change}
      unknown={t("market.change.unknown")}
      hint={t("market.change.hint")}
    >
      {signed(stock.change, stock.price, numbers)} ({percent(stock.change_percent, numbers)})
    </Change>
  );
}
