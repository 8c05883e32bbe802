import type { CellOutput } from "../../../shared/live/cell-output.ts";
import type { CellResult } from "../../../shared/live/cell-result.ts";
import type {
  CellStanding,
  LiveSession,
  LiveState,
  LiveVariable,
  StoredCell,
} from "../../../shared/live/live-session.ts";
import { createStore } from "../../store/create-store.ts";

/** What stands under a cell. */
export interface ShownResult {
  readonly outputs: readonly CellOutput[];
  /** Null while the cell runs. */
  readonly result: CellResult | null;
  readonly judged: StoredCell["judged"];
  /** Of its text and of all that it needs, when it ran; null while it runs. */
  readonly hash: string | null;
  /** Whether its text and what it needs are still what they were. */
  readonly current: boolean;
}

/** What the window knows of the open notebook's cells. */
export interface Session {
  readonly state: LiveState | null;
  readonly standings: ReadonlyMap<string, CellStanding>;
  readonly results: ReadonlyMap<string, ShownResult>;
  readonly variables: readonly LiveVariable[];
}

export const NO_SESSION: Session = { state: null, standings: new Map(), results: new Map(), variables: [] };
export const sessionStore = createStore<Session>(NO_SESSION);

const shownOf = ({ result, judged, hash, current }: StoredCell): ShownResult => ({
  outputs: result.outputs,
  result,
  judged,
  hash,
  current,
});

export const sessionOf = ({ state, cells, stored, variables }: LiveSession): Session => ({
  state,
  standings: standingsOf(cells),
  results: new Map(stored.map((one) => [one.cell, shownOf(one)])),
  variables,
});

const standingsOf = (cells: readonly CellStanding[]): ReadonlyMap<string, CellStanding> =>
  new Map(cells.map((cell) => [cell.id, cell]));

/** What cells gave is of the present text where that is what they were run with: undo and restored versions count. */
export function withStandings(session: Session, cells: readonly CellStanding[]): Session {
  const results = new Map(session.results);
  for (const { id, hash } of cells) {
    const shown = results.get(id);
    if (!shown?.hash || shown.current === (shown.hash === hash)) continue;
    results.set(id, { ...shown, current: shown.hash === hash });
  }
  const same = [...results].every(([id, shown]) => session.results.get(id) === shown);
  return { ...session, standings: standingsOf(cells), results: same ? session.results : results };
}

/** A cell began: what it showed before goes when the new outputs come. */
export function withState(session: Session, state: LiveState): Session {
  const begun = state.running?.cell;
  if (begun === undefined || begun === session.state?.running?.cell) return { ...session, state };
  const empty: ShownResult = { outputs: [], result: null, judged: null, hash: null, current: true };
  return { ...session, state, results: new Map(session.results).set(begun, empty) };
}

export function withOutput(session: Session, cell: string, output: CellOutput): Session {
  const before = session.results.get(cell);
  const outputs = [...(before?.outputs ?? []), output];
  const shown: ShownResult = { outputs, result: null, judged: null, hash: null, current: true };
  return { ...session, results: new Map(session.results).set(cell, shown) };
}

export const withEnd = (session: Session, stored: StoredCell): Session => ({
  ...session,
  results: new Map(session.results).set(stored.cell, shownOf(stored)),
});

export function withoutResults(session: Session, cells: readonly string[] | null): Session {
  const results = new Map(session.results);
  for (const id of cells ?? [...results.keys()]) results.delete(id);
  return { ...session, results };
}

/** What was cleared of cells comes back where nothing newer stands. */
export function withResultsBack(session: Session, before: Session, cells: readonly string[] | null): Session {
  const back = [...before.results].filter(([id]) => cells?.includes(id) ?? true);
  return { ...session, results: new Map([...back, ...session.results]) };
}
