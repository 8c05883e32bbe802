import { useMemo } from "react";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { cellState, type CellState } from "./cell-state.ts";

/** The state of one cell; the same object until something about this cell changes. */
export function useCellState(id: string): CellState {
  const result = useStore(labStore, ({ notebook }) => notebook.results.get(id));
  const since = useStore(labStore, ({ notebook }) =>
    notebook.running?.cell === id ? notebook.running.since : null,
  );
  const queued = useStore(labStore, ({ notebook }) => notebook.queued.includes(id));
  const reason = useStore(labStore, ({ notebook }) =>
    notebook.stopped?.cell === id ? notebook.stopped.reason : null,
  );
  return useMemo(
    () =>
      cellState(
        {
          runId: null,
          results: new Map(result === undefined ? [] : [[id, result]]),
          running: since === null ? null : { cell: id, since },
          queued: queued ? [id] : [],
          stopped: reason === null ? null : { cell: id, reason },
        },
        id,
      ),
    [id, result, since, queued, reason],
  );
}
