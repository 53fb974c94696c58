/** The board as a table, and the skeleton of the same shape. */
import type { Sorting, Stock } from "../api/stocks";
import { useLanguage } from "../context";
import { Columns, Head } from "./head";
import { useRoom } from "./room";
import { CELL, Row } from "./row";

const CARD =
  "w-full table-fixed border-separate border-spacing-0 overflow-hidden rounded-card border border-line bg-surface";

interface BoardProps {
  stocks: Stock[];
  nowMs: number;
  sorting: Sorting;
  onSort: (sorting: Sorting) => void;
  stars?: ReadonlySet<string>;
  /** Without it the board can only be read: no stars, no buying. */
  onStar?: (symbol: string) => void;
}

const NONE: ReadonlySet<string> = new Set();

export function Board({ stocks, nowMs, sorting, onSort, stars = NONE, onStar }: BoardProps) {
  const room = useRoom();
  return (
    <table class={CARD}>
      <Columns room={room} />
      <Head room={room} sorting={sorting} onSort={onSort} />
      <tbody>
        {stocks.map((stock) => (
          <Row
            key={stock.symbol}
            stock={stock}
            room={room}
            nowMs={nowMs}
            isStarred={stars.has(stock.symbol)}
            onStar={onStar}
          />
        ))}
      </tbody>
    </table>
  );
}

const SKELETON_ROWS = 12;

export function BoardSkeleton() {
  const { t } = useLanguage();
  const room = useRoom();
  const bar = (size: string) => (
    <span class={`block h-4 animate-pulse rounded-small bg-raised ${size}`} />
  );
  return (
    <div role="status">
      <span class="sr-only">{t("market.loading")}</span>
      <table class={CARD} aria-hidden="true" inert>
        <Columns room={room} />
        <Head room={room} />
        <tbody>
          {Array.from({ length: SKELETON_ROWS }, (_, index) => (
            <tr key={index} class="group">
              <td class={CELL} />
              <td class={`${CELL} pl-0`}>
                <div class="flex items-center gap-3">
                  {room !== "phone" && (
                    <span class="h-9 w-15 flex-none animate-pulse rounded-small bg-raised" />
                  )}
                  {bar(index % 2 ? "w-20" : "w-28")}
                </div>
              </td>
              {room === "desktop" && <td class={CELL} />}
              <td class={CELL}>{bar("ml-auto w-16")}</td>
              <td class={CELL}>{bar("ml-auto w-20")}</td>
              {room === "desktop" && <td class={CELL} />}
              {room === "desktop" && <td class={CELL}>{bar("ml-auto w-12")}</td>}
              {room !== "phone" && <td class={CELL}>{bar("ml-auto w-16")}</td>}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
