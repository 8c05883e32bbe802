import type { Op } from "../../ops/op.ts";
import type { BufferTensor } from "./lowered.ts";

/** What a program is but for the buffers that it uses. */
export interface ProgramStructure {
  /** The same for programs that differ in nothing but which buffers they use. */
  readonly key: string;
  /** Its buffers in the order in which the ops first name them. */
  readonly buffers: readonly number[];
}

const isTensor = (value: unknown): value is BufferTensor =>
  typeof value === "object" && value !== null && "buffer" in value && "offset" in value;

/**
 * The structure of a program: its ops as JSON, buffers numbered as they first appear, `temporaries` marked. What is
 * planned for one such program holds for all of them.
 */
export function structureOf(
  ops: readonly Op<BufferTensor>[],
  temporaries: ReadonlySet<number> = new Set(),
): ProgramStructure {
  const numbers = new Map<number, number>();
  const numberOf = (buffer: number): number => {
    const known = numbers.get(buffer) ?? numbers.size;
    numbers.set(buffer, known);
    return known;
  };
  const key = JSON.stringify(ops, (_key, value: unknown) => {
    if (isTensor(value)) {
      const { buffer, offset, shape, dtype } = value;
      return [numberOf(buffer), offset, shape, dtype, ...(temporaries.has(buffer) ? [1] : [])];
    }
    return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  });
  return { key, buffers: [...numbers.keys()] };
}
