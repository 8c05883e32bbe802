import { dirname, join } from "node:path";
import { StoreError } from "../../../core/errors.ts";
import { openStore } from "../../store/open/open-store.ts";
import { quickReaderInPlace } from "../../store/thread/quick-answers.ts";
import { StoreReader } from "../../store/thread/store-reader.ts";
import type { Lab } from "../lab.ts";
import type { LabOptions } from "../open-lab.ts";
import { RunsLab } from "./runs-lab.ts";

/** Of the lab what looks at saved runs. */
export type SavedRuns = Pick<Lab, "opened" | "runs" | "activity" | "close"> & {
  readonly ladder: Pick<Lab["ladder"], "has" | "get">;
};

/**
 * Opens the saved runs for reading, and nothing else of the lab: no engine, no data, no notebooks, which most of a
 * command's time would go into.
 *
 * @throws {StoreError} If the database cannot be read.
 */
export function openSavedRuns({
  databasePath,
  nativeBinding,
  workerFile,
  database = {},
}: Pick<LabOptions, "databasePath" | "nativeBinding" | "workerFile" | "database">): SavedRuns {
  const store = openStore({ path: databasePath, nativeBinding, ...database, readOnly: true });
  const { path, readFrom, abandonedRuns, outOfSpace, readOnlyReason } = store;
  const readers = {
    quick: quickReaderInPlace(store, nativeBinding),
    // What is exported may take long; main listens for Ctrl+C meanwhile.
    slow: new StoreReader({
      threadFile: join(dirname(workerFile), "store-thread.js"),
      path,
      readFrom,
      abandonedRuns,
      outOfSpace,
      nativeBinding,
      readOnlyReason,
      idleMs: Infinity,
    }),
  };
  const work = (): Promise<never> =>
    Promise.reject(new StoreError(`${path} is open for reading only; nothing was changed.`));
  const runs = new RunsLab({ store, emit: () => undefined }, { work }, readers);
  return {
    opened: { notices: store.notices, damaged: store.damage.length > 0 },
    runs,
    ladder: { has: (runId) => store.hasLadder(runId), get: ({ runId }) => store.getLadder(runId) },
    activity: { state: () => null, cancel: () => ({ cancelled: runs.cancelExports() }) },
    close: async () => {
      await Promise.all([readers.quick.close(), readers.slow.close()]);
      store.close();
    },
  };
}
