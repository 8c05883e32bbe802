import type { IpcEvent } from "../../shared/ipc/ipc-contract.ts";
import type {
  LadderRecord,
  LadderSettings,
  RungDescription,
  RungResult,
} from "../../shared/experiments/ladder.ts";
import type { WireError } from "../../shared/ipc/wire-error.ts";
import { createStore } from "../store/create-store.ts";

/** A ladder on screen: as its events tell it while it runs, then as it was recorded. */
export interface ShownLadder {
  readonly runId: string;
  readonly settings: LadderSettings;
  /** Null until the record could be read. */
  readonly record: LadderRecord | null;
  /** The latest of each rung, shape and number of workers. */
  readonly results: readonly RungResult[];
}

export interface LadderState {
  /** Null until main has described the rungs. */
  readonly rungs: readonly RungDescription[] | null;
  readonly failure: WireError | null;
  readonly shown: ShownLadder | null;
  /** The Python that is asked for PyTorch now. */
  readonly triedPython: string | null;
}

export const ladderStore = createStore<LadderState>({
  rungs: null,
  failure: null,
  shown: null,
  triedPython: null,
});

/** Events come 5 times a second for each rung; the cards and charts follow 5 times a second in all. */
const EVERY_MS = 200;

const waiting = new Map<string, RungResult>();
let timer: number | null = null;

export function describeRungs(rungs: readonly RungDescription[]): void {
  ladderStore.set({ ...ladderStore.get(), rungs, failure: null });
}

export function failToDescribe(failure: WireError): void {
  ladderStore.set({ ...ladderStore.get(), failure });
}

export function showTriedPython({ python }: IpcEvent<"pythonTried">): void {
  ladderStore.set({ ...ladderStore.get(), triedPython: python });
}

/** Shows a ladder that has just started. */
export function openLadder(runId: string, settings: LadderSettings): void {
  const { shown } = ladderStore.get();
  if (shown?.runId === runId) return;
  ladderStore.set({ ...ladderStore.get(), shown: { runId, settings, record: null, results: [] } });
}

/** Shows a ladder as it was recorded. */
export function showLadder(record: LadderRecord): void {
  const { runId, settings, rungs } = record;
  ladderStore.set({ ...ladderStore.get(), shown: { runId, settings, record, results: rungs } });
}

/** A rung has something new; shown with the next change of the screen. */
export function changeRung({ runId, result }: IpcEvent<"rungChanged">): void {
  waiting.set(`${runId} ${resultKey(result)}`, result);
  timer ??= window.setTimeout(() => {
    timer = null;
    const { shown } = ladderStore.get();
    const news = [...waiting].flatMap(([key, changed]) =>
      shown !== null && key.startsWith(`${shown.runId} `) ? [changed] : [],
    );
    waiting.clear();
    if (shown === null || news.length === 0) return;
    const results = news.reduce(withResult, shown.results);
    ladderStore.set({ ...ladderStore.get(), shown: { ...shown, results } });
  }, EVERY_MS);
}

/** One rung at one shape on some workers. */
export function resultKey({ rung, shape: { m, k, n }, threads }: RungResult): string {
  return [rung, m, k, n, threads].join(" ");
}

/** The results with this one in its own place, or at the end. */
export function withResult(results: readonly RungResult[], changed: RungResult): readonly RungResult[] {
  const place = results.findIndex((result) => resultKey(result) === resultKey(changed));
  return place < 0 ? [...results, changed] : results.with(place, changed);
}
