import type { Machine } from "../../../shared/runs/run-records.ts";
import { messageOf } from "../../../core/thrown.ts";
import type { TuningCache } from "../../engine/tune-kernels.ts";
import type { Store } from "../../store/store.ts";
import type { TuningKey } from "../../store/tables/tuning-table.ts";

/** The tunings kept in the database, and what is wrong with keeping them. */
export interface StoredTuning extends TuningCache {
  /** Why the last tuning could not be read or saved, or null. */
  readonly problem: string | null;
}

/**
 * Keeps tunings in `store` by CPU, runtime, flags and build. Where that does not work every start tunes, which costs
 * half a second; that is no reason not to start.
 */
export function storedTuning(
  store: Store,
  { cpuModel, electron, v8 }: Pick<Machine, "cpuModel" | "electron" | "v8">,
  build: { readonly v8Flags: readonly string[]; readonly appVersion: string },
): StoredTuning {
  const keyOf = (kernels: string): TuningKey => ({
    cpuModel,
    electron,
    v8,
    v8Flags: build.v8Flags.join(" "),
    appVersion: build.appVersion,
    kernels,
  });
  let problem: string | null = null;
  const attempt = <T>(what: string, body: () => T): T | null => {
    try {
      return body();
    } catch (error) {
      // The store itself says why it is read-only; a newer schema need not have this table.
      if (store.readOnly) return null;
      const message = messageOf(error);
      problem = `${what}, so the kernels are timed at every start: ${message}`;
      return null;
    }
  };
  return {
    get problem() {
      return problem;
    },
    load: (kernels) =>
      attempt("The kernels' tuning could not be read", () => store.tunings.find(keyOf(kernels)) ?? null),
    save: (kernels, tuning) => {
      attempt("The kernels' tuning could not be saved", () => {
        store.tunings.save(keyOf(kernels), tuning);
        problem = null;
      });
    },
    drop: (kernels) => {
      attempt("The kernels' tuning could not be forgotten", () => {
        store.tunings.drop(keyOf(kernels));
      });
    },
  };
}
