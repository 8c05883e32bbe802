import { checkKernels } from "./check-kernels.ts";

checkKernels();
