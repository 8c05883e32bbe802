import type { Op } from "../../ops/op.ts";
import type { BufferTensor } from "./lowered.ts";

const isTensor = (value: unknown): value is BufferTensor =>
  typeof value === "object" && value !== null && "buffer" in value && "offset" in value;

/**
 * The same for programs that differ in nothing but which buffers they use: the ops as JSON, buffers numbered as they
 * first appear. What is planned for one such program holds for all of them.
 */
export function structureKey(ops: readonly Op<BufferTensor>[]): string {
  const numbers = new Map<number, number>();
  const numberOf = (buffer: number): number => {
    const known = numbers.get(buffer) ?? numbers.size;
    numbers.set(buffer, known);
    return known;
  };
  return JSON.stringify(ops, (_key, value: unknown) => {
    if (isTensor(value)) return [numberOf(value.buffer), value.offset, value.shape, value.dtype];
    return typeof value === "number" && !Number.isFinite(value) ? String(value) : value;
  });
}
