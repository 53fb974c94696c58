/** The heads of the board's columns, by which it is sorted, and their widths. */
import type { BoardOrder, Sorting } from "../api/stocks";
import { useLanguage } from "../context";
import type { Room } from "./room";

export type { Sorting };

interface HeadProps {
  room: Room;
  sorting?: Sorting | undefined;
  onSort?: ((sorting: Sorting) => void) | undefined;
}

/** The columns' widths: cells could not say them, since a phone takes the head out of the table. */
export function Columns({ room }: { room: Room }) {
  return (
    <colgroup>
      <col class="w-12" />
      <col />
      {room === "desktop" && <col class="w-28" />}
      <col class={room === "phone" ? "w-28" : "w-36"} />
      <col class={room === "phone" ? "w-27" : "w-48"} />
      {room === "desktop" && <col class="w-32" />}
      {room === "desktop" && <col class="w-26" />}
      {room !== "phone" && <col class="w-28" />}
    </colgroup>
  );
}

export function Head({ room, ...sortable }: HeadProps) {
  const { t } = useLanguage();
  if (room === "phone") return <PhoneHead {...sortable} />;
  return (
    <thead class="bg-raised">
      <tr>
        <td />
        <SortHead order="symbol" name={t("market.company")} {...sortable} />
        {room === "desktop" && (
          <th scope="col" class="px-3 text-right text-small font-medium text-muted">
            {t("market.day")}
          </th>
        )}
        <SortHead order="price" name={t("market.price")} {...sortable} />
        <SortHead order="change" name={t("market.change")} {...sortable} />
        {room === "desktop" && (
          <>
            <th scope="col" class="px-3 text-center text-small font-medium text-muted">
              {t("market.dayRange")}
            </th>
            <th scope="col" class="px-3 text-right text-small font-medium text-muted">
              {t("market.age")}
            </th>
          </>
        )}
        <td />
      </tr>
    </thead>
  );
}

/** Only told: there is no room to show it, and the order is chosen above the board. */
function PhoneHead({ sorting }: Pick<HeadProps, "sorting">) {
  const { t } = useLanguage();
  return (
    <thead class="sr-only">
      <tr>
        <td />
        <th scope="col" aria-sort={sortWay(sorting, "symbol")}>
          {t("market.company")}
        </th>
        <th scope="col" aria-sort={sortWay(sorting, "price")}>
          {t("market.price")}
        </th>
        <th scope="col" aria-sort={sortWay(sorting, "change")}>
          {t("market.change")}
        </th>
      </tr>
    </thead>
  );
}

function sortWay(sorting: Sorting | undefined, order: BoardOrder) {
  if (sorting?.order !== order) return undefined;
  return sorting.isDescending ? "descending" : "ascending";
}

function SortHead(props: Omit<HeadProps, "room"> & { order: BoardOrder; name: string }) {
  const { order, name, sorting, onSort } = props;
  const { t } = useLanguage();
  const isSorted = sorting?.order === order;
  const isDescending = isSorted ? sorting.isDescending : false;
  const isNumber = order !== "symbol";
  // Numbers start with the largest, names with the first; a second press turns it round.
  const next = { order, isDescending: isSorted ? !isDescending : isNumber };
  const arrow = (
    <span class="inline-block w-2.5 text-[0.65em]" aria-hidden="true">
      {isSorted ? (isDescending ? "▼" : "▲") : ""}
    </span>
  );
  return (
    <th
      scope="col"
      aria-sort={sortWay(sorting, order)}
      class={`px-0.5 ${isNumber ? "text-right" : "text-left"}`}
    >
      <button
        type="button"
        class="min-h-10 rounded-small px-2.5 text-small font-medium text-muted hover:text-ink"
        title={`${t("market.sort")}: ${t(`market.sort.${order}`)}`}
        onClick={() => onSort?.(next)}
      >
        {isNumber ? arrow : null} {name} {isNumber ? null : arrow}
      </button>
    </th>
  );
}
