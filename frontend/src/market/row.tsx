/** One company on the board: its latest price, its change of the day, and how old that knowledge is. */
import { Link } from "wouter-preact";
import type { Stock } from "../api/stocks";
import { useLanguage } from "../context";
import { ageInSeconds, STALE_AFTER_S } from "../format/ages";
import { direction, money, percent, roundedPrice, signed } from "../format/numbers";
import { Change, COLOURS } from "../ui/change";
import { ChangePill } from "../ui/change-pill";
import { StarIcon } from "../ui/icons";
import { Sparkline } from "../ui/sparkline";
import { Ticker } from "../ui/ticker";
import { PriceAge } from "../ui/when";
import { DayRange } from "./day-range";
import { useFlash } from "./flash";
import { companyPath } from "./path";
import type { Room } from "./room";

export const CELL = "h-12 border-t border-line px-3 group-first:border-t-0";

export interface RowProps {
  stock: Stock;
  room: Room;
  nowMs: number;
  isStarred: boolean;
  /** Without it the board can only be read. */
  onStar?: ((symbol: string) => void) | undefined;
}

export function Row({ stock, room, nowMs, isStarred, onStar }: RowProps) {
  const tint = useFlash(stock.price);
  const isPhone = room === "phone";
  const isStale = ageInSeconds(stock.observed_at, nowMs) > STALE_AFTER_S;
  return (
    <tr class="group relative transition-colors hover:bg-raised/60">
      <td class="border-t border-line pl-0.5 group-first:border-t-0">
        {onStar && <Star symbol={stock.symbol} isOn={isStarred} onStar={onStar} />}
      </td>
      <th scope="row" class={`${CELL} pl-0 text-left font-normal`}>
        <Company stock={stock} isPhone={isPhone} />
      </th>
      {room === "desktop" && (
        <td class={CELL}>
          <Sparkline
            trend={stock.trend}
            previousClose={stock.previous_close}
            class={COLOURS[direction(stock.change) ?? "flat"]}
          />
        </td>
      )}
      <td class={`${CELL} text-right tabular-nums ${tint}`}>
        <Price stock={stock} />
        {/* An old price is told apart wherever there is room for one column only. */}
        {isStale && room !== "desktop" && (
          <p class="text-[0.6875rem]/4">
            <PriceAge at={stock.observed_at} nowMs={nowMs} />
          </p>
        )}
      </td>
      <td class={`${CELL} text-right tabular-nums`}>
        <StockPill stock={stock} withAmount={!isPhone} />
      </td>
      {room === "desktop" && (
        <>
          <td class={CELL}>
            <DayRange stock={stock} />
          </td>
          <td class={`${CELL} text-right text-small`}>
            <PriceAge at={stock.observed_at} nowMs={nowMs} />
          </td>
        </>
      )}
      {!isPhone && (
        <td class={`${CELL} text-right`}>{onStar && <BuyLink symbol={stock.symbol} />}</td>
      )}
    </tr>
  );
}

interface StarProps extends Required<Pick<RowProps, "onStar">> {
  symbol: string;
  isOn: boolean;
}

function Star({ symbol, isOn, onStar }: StarProps) {
  const { t } = useLanguage();
  return (
    <button
      type="button"
      aria-label={t(isOn ? "market.unstar" : "market.star", { symbol })}
      aria-pressed={isOn}
      title={t(isOn ? "market.unstar" : "market.star", { symbol })}
      class={`relative z-1 grid size-11 place-items-center rounded-control hover:bg-raised ${isOn ? "text-star" : "text-edge"}`}
      onClick={() => onStar?.(symbol)}
    >
      <StarIcon isOn={isOn} />
    </button>
  );
}

function Company({ stock, isPhone }: { stock: Stock; isPhone: boolean }) {
  if (isPhone) {
    return (
      <>
        <p class="truncate leading-5 font-semibold">{stock.symbol}</p>
        <p class="truncate text-[0.75rem]/4 text-muted" title={stock.name}>
          <CompanyLink stock={stock} />
        </p>
      </>
    );
  }
  return (
    <div class="flex items-center gap-3">
      <Ticker symbol={stock.symbol} />
      <p class="min-w-0 truncate font-medium" title={stock.name}>
        <CompanyLink stock={stock} />
      </p>
    </div>
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
      class="relative z-1 inline-grid min-h-9 place-items-center rounded-control border border-edge/50 bg-surface px-3.5 text-small font-semibold text-link transition-colors hover:border-action hover:bg-action hover:text-on-action"
    >
      {t("market.buy")}
    </Link>
  );
}

/** Keyed by its text: a new number is a new element, which takes its place without moving an old one. */
function Price({ stock }: { stock: Stock }) {
  const { numbers } = useLanguage();
  return (
    <p
      key={stock.price}
      class="leading-5 font-semibold"
      title={money(stock.price, stock.currency, numbers)}
    >
      {roundedPrice(stock.price, stock.currency, numbers)}
    </p>
  );
}

function StockPill({ stock, withAmount }: { stock: Stock; withAmount: boolean }) {
  const { t, numbers } = useLanguage();
  const amount = signed(stock.change, stock.price, numbers);
  const hint = `${amount} · ${t("market.change.hint")}`;
  return (
    <span class="flex items-center justify-end gap-3">
      {withAmount && stock.change !== null && (
        <span
          key={stock.change}
          class={`text-small ${COLOURS[direction(stock.change) ?? "flat"]}`}
          aria-hidden="true"
        >
          {amount}
        </span>
      )}
      <ChangePill
        key={stock.change_percent ?? ""}
        change={stock.change}
        percent={stock.change_percent}
        unknown={t("market.change.unknown")}
        hint={hint}
      />
    </span>
  );
}

/** The change of the day in full, where there is room for it. */
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
