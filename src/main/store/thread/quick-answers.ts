import { StoreError } from "../../../core/errors.ts";
import { messageOf } from "../../../core/thrown.ts";
import { openReader, type ReaderSource } from "../open/open-for-reading.ts";
import type { SqliteStore } from "../sqlite-store.ts";
import { compareRuns } from "./compare-runs.ts";
import { CurveDrawer } from "./draw-curves.ts";
import { RunIndex } from "./run-index.ts";
import type { StoreTasks } from "./store-tasks.ts";

/** What takes milliseconds to answer. */
export type QuickTaskName = "table" | "catalogue" | "curves" | "bands" | "compare";

export type QuickAnswers = {
  readonly [N in QuickTaskName]: (input: StoreTasks[N]["input"]) => StoreTasks[N]["output"];
};

/** Who answers such questions, on whatever thread. */
export interface QuickReader {
  /** @throws {StoreError} */
  ask<N extends QuickTaskName>(name: N, input: StoreTasks[N]["input"]): Promise<StoreTasks[N]["output"]>;
  close(): Promise<void>;
}

export function quickAnswers(store: SqliteStore): QuickAnswers {
  const index = new RunIndex(store);
  const curves = new CurveDrawer(store);
  return {
    table: (request) => index.table(request),
    catalogue: () => index.catalogue(),
    curves: (request) => curves.draw(request),
    bands: (request) => curves.bands(request),
    compare: ({ runIds }) => compareRuns(store, runIds),
  };
}

/** Answers on the caller's own thread: a command that prints a table and ends starts no other. */
export function quickReaderInPlace(source: ReaderSource, nativeBinding: string | null): QuickReader {
  let opened: { readonly store: SqliteStore; readonly answers: QuickAnswers } | null = null;
  return {
    ask: (name, input) => {
      try {
        if (opened === null) {
          const store = openReader(source, nativeBinding);
          opened = { store, answers: quickAnswers(store) };
        }
        return Promise.resolve(opened.answers[name](input));
      } catch (cause) {
        // As the store's thread says it.
        return Promise.reject(new StoreError(messageOf(cause), { cause }));
      }
    },
    close: () => {
      opened?.store.close();
      return Promise.resolve();
    },
  };
}
