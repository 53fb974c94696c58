/** A table within a card: names on the left, numbers on the right, in digits of one width. */
import type { ComponentChildren } from "preact";

const EDGE = "first:pl-4 last:pr-4 sm:first:pl-5 sm:last:pr-5";
const CELL = `h-13 in-data-dense:h-11 border-t border-line px-3 ${EDGE}`;

export type Column = {
  name: string;
  isNumber?: boolean;
  /** Left out where there is no room: what it says stands in another cell there. */
  isWide?: boolean;
};

interface TableProps {
  columns: Column[];
  children: ComponentChildren;
  isDense?: boolean;
}

export function Table({ columns, children, isDense = false }: TableProps) {
  return (
    <table
      class="w-full border-separate border-spacing-0"
      {...(isDense ? { "data-dense": "" } : {})}
    >
      <thead>
        <tr>
          {columns.map(({ name, isNumber, isWide }) => (
            <th
              key={name}
              scope="col"
              class={`px-3 pb-2 text-small font-medium text-muted ${EDGE} ${isNumber ? "text-right" : "text-left"} ${isWide ? "max-md:hidden" : ""}`}
            >
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>{children}</tbody>
    </table>
  );
}

interface CellProps {
  children: ComponentChildren;
  isNumber?: boolean;
  isWide?: boolean;
  class?: string;
}

export function Cell({ children, isNumber, isWide, class: extra = "" }: CellProps) {
  return (
    <td
      class={`${CELL} ${isNumber ? "text-right tabular-nums whitespace-nowrap" : ""} ${isWide ? "max-md:hidden" : ""} ${extra}`}
    >
      {children}
    </td>
  );
}

/** The cell that names its row. */
export function Name({ children }: { children: ComponentChildren }) {
  return (
    <th scope="row" class={`${CELL} text-left font-normal`}>
      {children}
    </th>
  );
}
