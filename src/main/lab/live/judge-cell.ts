import { judgeShown } from "../../../core/judge/judge-document.ts";
import { DEFAULT_HEADER } from "../../../shared/documents/lab-document.ts";
import type { StoredCell } from "../../../shared/live/live-session.ts";
import type { CellResult } from "../../../shared/live/cell-result.ts";

/** What a cell's `show` has named, judged beside the original's numbers; null where nothing is. */
export function judgeCell(
  judge: string | null,
  rows: number,
  { id, error, outputs }: CellResult,
): StoredCell["judged"] {
  if (error !== null) return null;
  const shown = outputs.flatMap((output) => (output.kind === "show" ? output.values : []));
  const judged = judgeShown(judge, id, shown, { allRows: rows === DEFAULT_HEADER.rows });
  // Lists that nobody changes any more.
  return judged as StoredCell["judged"];
}
