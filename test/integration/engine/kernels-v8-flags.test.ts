import { Engine } from "../../../src/main/engine/engine.ts";
import type { TuningCache } from "../../../src/main/engine/tune-kernels.ts";
import { setV8Flags } from "../../../src/main/engine/v8-flags.ts";
import type { Tuning } from "../../../src/shared/experiments/tuning.ts";
import { times } from "../../thorough.ts";
import { checkGenericPrograms } from "./check-generic-programs.ts";
import { checkKernels } from "./check-kernels.ts";
import { WORKER_FILE } from "./start-engine.ts";

// With the flags that the app sets; they hold for the whole process, so for the whole file, and another choice of
// kernels goes with them than the one that is kept: the first engine makes it for the others.
setV8Flags();
let chosen: Tuning | null = null;
const tuning: TuningCache = {
  load: () => chosen,
  save: (_, made) => {
    chosen = made;
  },
  drop: () => {
    chosen = null;
  },
};
const start = (threads: number): Promise<Engine> =>
  Engine.start({ threads, workerFile: WORKER_FILE, tuning });
checkKernels(1, start);
checkGenericPrograms(() => start(3), { exact: times(20, 300), others: times(15, 200) });
