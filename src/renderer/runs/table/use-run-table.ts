import { useCallback, useEffect, useRef, useState } from "react";
import type { RunGroup, RunRow, RunView } from "../../../shared/runs/run-table.ts";
import type { WireError } from "../../../shared/ipc/wire-error.ts";
import { ask, wireErrorOf } from "../../bridge/lab.ts";
import { useStore } from "../../store/create-store.ts";
import { runsRevision } from "../../store/lab-store.ts";

/** Rows that are asked for at once: more than a screen holds. */
const PAGE = 100;
/** While runs change, the table is asked for this much later. */
const SETTLE_MS = 80;

export interface RunTable {
  readonly total: number;
  readonly inScope: number;
  /** All matching runs, in order. */
  readonly ids: readonly string[];
  readonly groups: readonly RunGroup[] | null;
  readonly problem: string | null;
  /** Undefined until it has arrived. */
  readonly rowAt: (index: number) => RunRow | undefined;
}

export type RunTableState =
  | { readonly kind: "reading" }
  | { readonly kind: "failed"; readonly error: WireError; readonly retry: () => void }
  | { readonly kind: "known"; readonly table: RunTable };

interface Loaded extends Omit<RunTable, "rowAt"> {
  readonly pages: ReadonlyMap<number, readonly RunRow[]>;
}

/** The table as a view shows it, asked for page by page, and again when runs change. `ensure` says what is in sight. */
export function useRunTable(view: RunView): {
  readonly state: RunTableState;
  readonly ensure: (first: number, last: number) => void;
} {
  const revision = useStore(runsRevision);
  const [attempt, setAttempt] = useState(0);
  const [loaded, setLoaded] = useState<Loaded | null>(null);
  const [error, setError] = useState<WireError | null>(null);
  const first = useRef(0);
  const readRevision = useRef(-1);
  const asked = useRef({ turn: 0, pages: new Set<number>() });

  const read = useCallback(
    async (turn: number, page: number, fresh: boolean) => {
      const { name: _, ...request } = view;
      asked.current.pages.add(page);
      try {
        const answer = await ask(
          window.lab.runsTable({ ...request, pinnedFirst: true, offset: page * PAGE, limit: PAGE }),
        );
        if (asked.current.turn !== turn) return;
        const { rows, ...head } = answer;
        setError(null);
        setLoaded((before) => ({
          ...head,
          pages: new Map([...(fresh || before === null ? [] : before.pages), [page, rows]]),
        }));
      } catch (thrown) {
        if (asked.current.turn === turn) setError(wireErrorOf(thrown));
      }
    },
    [view],
  );

  useEffect(() => {
    const turn = asked.current.turn + 1;
    asked.current = { turn, pages: new Set() };
    // A change of the runs may be one of many; what a person asks for is asked at once.
    const again = readRevision.current !== revision && readRevision.current >= 0;
    readRevision.current = revision;
    const timer = setTimeout(
      () => void read(turn, Math.floor(first.current / PAGE), true),
      again ? SETTLE_MS : 0,
    );
    return () => clearTimeout(timer);
  }, [read, revision, attempt]);

  const ensure = useCallback(
    (from: number, to: number) => {
      first.current = from;
      const { turn, pages } = asked.current;
      // The first page of this turn has not been asked for yet.
      if (pages.size === 0) return;
      for (let page = Math.floor(from / PAGE); page <= Math.floor(Math.max(from, to) / PAGE); page++) {
        if (!pages.has(page)) void read(turn, page, false);
      }
    },
    [read],
  );

  if (error !== null) {
    const retry = () => setAttempt((count) => count + 1);
    return { state: { kind: "failed", error, retry }, ensure };
  }
  if (loaded === null) return { state: { kind: "reading" }, ensure };
  const rowAt = (index: number) => loaded.pages.get(Math.floor(index / PAGE))?.[index % PAGE];
  return { state: { kind: "known", table: { ...loaded, rowAt } }, ensure };
}
