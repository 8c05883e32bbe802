import type { Kernels } from "../load/kernels.ts";
import { ArenaNumbers, CHECKED_BYTES, type CheckedCall, type Primitive } from "../primitives/primitive.ts";
import { PRIMITIVE_NAMES, PRIMITIVES } from "../primitives/primitive-table.ts";

/** Less and more than one vector, than two, than the widest group of columns. */
const LENGTHS = [1, 4, 7, 9, 33];
/** Rounding of a square root, a division, a polynomial. */
const TOLERANCE = 1e-5;

const TENSORS = ["signed", "positive", "zeros", "others"] as const;

const SPECIAL = [NaN, Infinity, -Infinity, 0, 200, -200, -1e-3];
const FILLS: Readonly<Record<(typeof TENSORS)[number], (index: number) => number>> = {
  signed: (i) => SPECIAL[i - 20] ?? (i % 5 === 4 ? 0 : 9 * Math.sin(i * 12.9898)),
  positive: (i) => Math.abs(Math.sin(i * 12.9898 + 1)),
  zeros: () => 0,
  others: (i) => Math.abs(Math.sin(i * 12.9898 + 3)),
};

const LENGTH = CHECKED_BYTES / 4;
/** What a call begins with: the tensors one behind the other. */
const FRESH = Float32Array.from({ length: TENSORS.length * LENGTH }, (_, at) =>
  FILLS[TENSORS[Math.trunc(at / LENGTH)]!](at % LENGTH),
);

/** Fresh tensors from `at` on. */
function tensorsAt(arena: ArenaNumbers, at: number, length: number): CheckedCall {
  arena.floats(at, FRESH.length).set(FRESH);
  const [signed = 0, positive = 0, zeros = 0, others = 0] = TENSORS.map(
    (_, index) => at + index * CHECKED_BYTES,
  );
  return { length, signed, positive, zeros, others, arena };
}

/** The first element by which `ours` differs from `theirs` by more than rounding, or -1. */
function firstDifference(ours: Float32Array, theirs: Float32Array): number {
  const words = (floats: Float32Array): Int32Array =>
    new Int32Array(floats.buffer, floats.byteOffset, floats.length);
  const [words1, words2] = [words(ours), words(theirs)];
  // Nearly all are equal to the last bit: this is a good part of what the app takes to start.
  for (let i = 0; i < words1.length; i++) {
    if (words1[i] === words2[i]) continue;
    const [got, wanted] = [ours[i]!, theirs[i]!];
    const near = Math.abs(got - wanted) <= TOLERANCE * (1 + Math.abs(wanted));
    if (!near && !Object.is(got, wanted)) return i;
  }
  return -1;
}

/**
 * Checks every primitive against its plain loop, in memory from `region` on.
 *
 * @returns What is wrong, or null.
 */
export function verifyPrimitives(
  kernels: Kernels,
  memory: WebAssembly.Memory,
  region: number,
): string | null {
  const arena = new ArenaNumbers(memory);
  const [ours, theirs] = [region, region + TENSORS.length * CHECKED_BYTES];
  for (const name of PRIMITIVE_NAMES) {
    const row: Primitive = PRIMITIVES[name];
    const loop = row.loop(arena);
    for (const length of LENGTHS) {
      row.check(kernels[name], tensorsAt(arena, ours, length));
      row.check(loop, tensorsAt(arena, theirs, length));
      const got = arena.floats(ours, FRESH.length);
      const wanted = arena.floats(theirs, FRESH.length);
      const wrong = firstDifference(got, wanted);
      if (wrong < 0) continue;
      const tensor = TENSORS[Math.trunc(wrong / LENGTH)];
      const element = wrong % LENGTH;
      return `${name} of ${length}: element ${element} of ${tensor} is ${got[wrong]}, not ${wanted[wrong]}`;
    }
  }
  return null;
}
