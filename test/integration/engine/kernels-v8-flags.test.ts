import { setV8Flags } from "../../../src/main/engine/v8-flags.ts";
import { checkGenericPrograms } from "./check-generic-programs.ts";
import { checkKernels } from "./check-kernels.ts";
import { startEngine } from "./start-engine.ts";

// With the flags that the app sets; they hold for the whole process, so for the whole file.
setV8Flags();
checkKernels();
checkGenericPrograms(() => startEngine(3), { exact: 300, others: 200 });
