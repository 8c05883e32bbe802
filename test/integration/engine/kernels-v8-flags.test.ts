import { setV8Flags } from "../../../src/main/engine/v8-flags.ts";
import { checkKernels } from "./check-kernels.ts";

// With the flags that the app sets; they hold for the whole process, so for the whole file.
setV8Flags();
checkKernels();
