import { checkKernels } from "./check-kernels.ts";

checkKernels(0);
