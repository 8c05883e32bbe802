import { KernelUnavailableError } from "../../../core/errors.ts";
import type { GenericOpName } from "../../../core/ops/generic-op.ts";
import type { Kernel } from "./kernel.ts";

const missing = (): never => {
  throw new KernelUnavailableError("this op has no kernel yet");
};

export const GENERIC_KERNELS: { readonly [K in GenericOpName]: Kernel<K> } = {
  map: missing,
  reduce: missing,
  copy: missing,
  take: missing,
  scatterAdd: missing,
  draw: missing,
};
