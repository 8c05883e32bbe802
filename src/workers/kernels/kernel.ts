import type { DType, Op, OpName } from "../../core/ops/op.ts";
import type { Tensor } from "../../core/ops/recording-ops.ts";
import type { Views } from "../../shared/tensor-view.ts";
import type { PlannedStep } from "../../shared/worker-tasks.ts";
import type { Control } from "../program/control.ts";
import type { WasmKernels } from "./wasm-kernels.ts";

/** What a kernel knows about its place when it is compiled for one worker. */
export interface KernelContext {
  readonly step: PlannedStep;
  /** This worker's items: rows, or elements of the flat tensor. */
  readonly begin: number;
  readonly end: number;
  readonly control: Control;
  readonly wasm: WasmKernels;
  /** Bytes of the arena when the program was compiled. */
  readonly arenaBytes: number;
  /** First byte of this worker's private scratch. */
  readonly scratchOffsetBytes: number;
  view<D extends DType>(tensor: Tensor, dtype: D): Views[D];
  /** A view of raw arena bytes, for scratch. */
  viewAt<D extends DType>(dtype: D, offsetBytes: number, length: number): Views[D];
  /** Byte where worker `worker` leaves its partial result; default this worker's own. */
  partialOffset(worker?: number): number;
  /** The repeat that runs now, from 0. */
  repeat(): number;
}

/**
 * A kernel is compiled once for each planned step and worker, views taken and shapes looked up, and the function it
 * gives is called at every repeat: nothing is allocated while a program runs.
 */
export type Kernel<K extends OpName> = (
  op: Extract<Op<Tensor>, { op: K }>,
  context: KernelContext,
) => () => void;
