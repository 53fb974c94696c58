/**
 * Copies of one thing come by two ways, a response and a message, in any order: the newer one stays.
 * Orders, deposits and stocks carry `version`, the wallet carries `account_version`.
 */

interface Copy {
  version?: number;
  account_version?: number | null;
}

function versionOf(copy: Copy): number {
  return copy.version ?? copy.account_version ?? 0;
}

/** The newer of two copies; of equal ones the second, which was read later. */
export function newest<T extends Copy>(known: T | undefined, other: T): T {
  return known && versionOf(known) > versionOf(other) ? known : other;
}

/** A list that was read, with the newer copies that are known of its items. */
export function newestItems<T extends Copy>(
  known: readonly T[] | undefined,
  read: T[],
  idOf: (item: T) => string,
): T[] {
  const copies = new Map(known?.map((item) => [idOf(item), item]));
  return read.map((item) => newest(copies.get(idOf(item)), item));
}

/** A known list with the changed items in their places; items that it lacks are left out. */
export function changedItems<T extends Copy>(
  known: T[],
  changed: readonly T[],
  idOf: (item: T) => string,
): T[] {
  const copies = new Map(changed.map((item) => [idOf(item), item]));
  return known.map((item) => {
    const copy = copies.get(idOf(item));
    return copy ? newest(item, copy) : item;
  });
}
