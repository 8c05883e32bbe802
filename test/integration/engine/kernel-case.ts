import type { DType, Op, TensorLike } from "../../../src/core/ops/op.ts";

/** More than any operand has: the sine of each would be a tenth of all that the cases compute. */
const WAVE = Float64Array.from({ length: 1 << 20 }, (_, i) => (i % 17 === 0 ? 0 : Math.sin(i * 12.9898) * 2));

/** Numbers of either sign, some of them 0. */
export const wave = (index: number): number => WAVE[index % WAVE.length];

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
