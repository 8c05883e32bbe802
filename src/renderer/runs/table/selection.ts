/** Where a key moves the active row; undefined for a key that moves nothing. */
export function movedRow(
  key: string,
  { active, pageRows, total }: { readonly active: number; readonly pageRows: number; readonly total: number },
): number | undefined {
  const moves: Readonly<Record<string, number>> = {
    ArrowDown: active + 1,
    ArrowUp: active < 0 ? 0 : active - 1,
    PageDown: active + pageRows,
    PageUp: active - pageRows,
    Home: 0,
    End: total - 1,
  };
  const to = moves[key];
  return to === undefined || total === 0 ? undefined : Math.min(total - 1, Math.max(0, to));
}

/** The rows from the anchor to `to`, in the table's order; that row alone where the anchor is no longer listed. */
export function rowsBetween(ids: readonly string[], anchorId: string | null, to: number): readonly string[] {
  const anchor = anchorId === null ? -1 : ids.indexOf(anchorId);
  const from = anchor === -1 ? to : anchor;
  return ids.slice(Math.min(from, to), Math.max(from, to) + 1);
}
