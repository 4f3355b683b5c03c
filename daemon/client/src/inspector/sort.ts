// The order of a table's rows. Rows that are equal keep their place, so that nothing jumps while figures change.

export interface Sort {
  column: string;
  descending: boolean;
}

export type Value = string | number | boolean | null;

/** What a click on a column's head asks for: the same column again is turned round; figures begin with the largest. */
export function nextSort(sort: Sort | undefined, column: string, isFigure: boolean): Sort {
  if (sort?.column === column) return { column, descending: !sort.descending };
  return { column, descending: isFigure };
}

export function sorted<Row>(
  rows: readonly Row[],
  valueOf: (row: Row) => Value,
  keyOf: (row: Row) => string,
  descending: boolean,
): Row[] {
  const sign = descending ? -1 : 1;
  return [...rows].sort((a, b) => compare(valueOf(a), valueOf(b), sign) || compare(keyOf(a), keyOf(b), 1));
}

/** What is not known comes last, whichever way. */
function compare(a: Value, b: Value, sign: number): number {
  if (a === null || b === null) return a === b ? 0 : a === null ? 1 : -1;
  if (typeof a === "string" && typeof b === "string") return sign * a.localeCompare(b, "en", { numeric: true });
  return sign * (Number(a) - Number(b));
}
