import type { DType, Op, TensorLike } from "../../../src/core/ops/op.ts";

/** Numbers of either sign, some of them 0. */
export const wave = (index: number): number => (index % 17 === 0 ? 0 : Math.sin(index * 12.9898) * 2);

/** A tensor's place in a case: its shape, type, and whether it is filled before the op runs. */
export interface Operand {
  readonly shape: readonly number[];
  readonly dtype?: DType;
  readonly fill?: (index: number) => number;
}

export interface KernelCase {
  readonly title: string;
  readonly operands: Readonly<Record<string, Operand>>;
  readonly op: <T extends TensorLike>(tensors: Readonly<Record<string, T>>) => Op<T>;
  /** The operand that holds the result. */
  readonly result: string;
  /** Where the result is a sum that cancels what was rounded before. */
  readonly atol?: number;
}
