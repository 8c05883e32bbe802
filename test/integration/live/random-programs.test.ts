import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { numelOf } from "../../../src/core/ops/recording-ops.ts";
import { evaluate } from "../../../src/core/tensor/float64/evaluate.ts";
import { programOf } from "../../../src/core/tensor/float64/program.ts";
import { roundingSample, toFloat32 } from "../../../src/core/tensor/float64/rounding.ts";
import type { TensorNode } from "../../../src/core/tensor/tensor-node.ts";
import { instruction, recordProgram } from "../../unit/core/tensor/random-program.ts";
import { testRecorder } from "../../unit/core/tensor/recorder.ts";
import { apiSource } from "./api-source.ts";
import { startKernel, type TestKernel } from "./start-kernel.ts";

/** RANDOM_API_PROGRAMS=20000 for all that the language promises. */
const PROGRAMS = Number(process.env["RANDOM_API_PROGRAMS"] ?? 300);
const SEED = Number(process.env["RANDOM_API_SEED"] ?? 16);
const A_CELL = 25;
const MOST_ELEMENTS = 256;
/** What float32 may be off by, relative to the largest value of the tensor, beside what rounding does to the program. */
const CLOSE = 2e-5;
const ROUNDING_MARGIN = 16;

let live: TestKernel;
beforeAll(async () => {
  live = await startKernel();
});
afterAll(async () => {
  await live.close();
});

/** What a node should be, and how far rounding alone moves each element: further where a comparison tips over. */
interface Expected {
  readonly values: Float64Array;
  readonly spread: Float64Array;
}

function expectedOf(node: TensorNode): Expected {
  const { program, nodes } = programOf(node);
  const leaves = new Map(
    nodes.flatMap(({ op }, step) =>
      op.kind === "data" ? [[step, Float64Array.from(op.values)] as const] : [],
    ),
  );
  const decisions = new Map<number, ArrayLike<number>>();
  const last = (rounding?: (values: Float64Array) => Float64Array): Float64Array => {
    const pass = evaluate(program, { leaves, decisions }, rounding === undefined ? {} : { rounding });
    return pass.values.at(-1) ?? new Float64Array();
  };
  const values = last();
  const samples = [toFloat32, roundingSample(1), roundingSample(2), roundingSample(3)].map((one) =>
    last(one),
  );
  const spread = values.map((value, i) =>
    samples.reduce((most, sample) => {
      const off =
        Object.is(sample[i], value) || sample[i] === value ? 0 : Math.abs((sample[i] ?? NaN) - value);
      return Number.isNaN(off) ? Infinity : Math.max(most, off);
    }, 0),
  );
  return { values, spread };
}

/** @returns How many elements rounding left room to judge. */
function compare(found: readonly number[], { values, spread }: Expected, source: string): number {
  expect(found, source).toHaveLength(values.length);
  const size = values.reduce(
    (most, value) => (Number.isFinite(value) ? Math.max(most, Math.abs(value)) : most),
    0,
  );
  let judged = 0;
  values.forEach((value, i) => {
    const off = spread[i] ?? Infinity;
    const got = found[i] ?? NaN;
    if (off > 1e-3 * Math.max(size, 1e-3)) return;
    judged++;
    if (Number.isNaN(value) ? Number.isNaN(got) : got === value) return;
    const allowed = CLOSE * Math.max(size, Math.abs(value)) + ROUNDING_MARGIN * off + 1e-30;
    if (Math.abs(got - value) <= allowed) return;
    // What float32 cannot hold is infinite there.
    if (Math.abs(value) > 3.4e38 && !Number.isFinite(got)) return;
    throw new Error(`element ${i} is ${got}, should be ${value} ± ${allowed} in\n${source}`);
  });
  return judged;
}

interface Written {
  readonly source: string;
  readonly roots: readonly TensorNode[];
}

/** Random instructions as a block of a cell that reads its last tensor and one on the way there. */
function written(instructions: Parameters<typeof recordProgram>[1], at: number): Written | null {
  const { nodes } = recordProgram(testRecorder(), instructions, { limit: MOST_ELEMENTS });
  const root = nodes.at(-1);
  if (root === undefined || root.inputs.length === 0) return null;
  const inner = programOf(root).nodes;
  const source = apiSource(inner);
  if (source === null) return null;
  const between = inner.filter((node) => node.inputs.length > 0 && node.shape.length > 0);
  const roots = [...new Set([between[at % Math.max(1, between.length)] ?? root, root])].filter(
    (node) => numelOf(node.shape) <= MOST_ELEMENTS,
  );
  const reads = roots.map((node) => `read(${source.nameOf(node)});`);
  return { source: `{\n${[...source.lines, ...reads].join("\n")}\n}`, roots };
}

it(
  `${PROGRAMS} random programs of the language give float64's numbers and leave no memory behind`,
  async () => {
    const sample = fc.sample(fc.array(instruction, { minLength: 4, maxLength: 16 }), {
      numRuns: Math.ceil(PROGRAMS * 1.6),
      seed: SEED,
    });
    const programs = sample.flatMap((one, at) => written(one, at) ?? []).slice(0, PROGRAMS);
    expect(programs).toHaveLength(PROGRAMS);
    const { arena } = live.engine;
    const before = { bytes: arena.usedBytes, allocations: arena.allocations };
    let [judged, all] = [0, 0];
    for (let from = 0; from < programs.length; from += A_CELL) {
      const some = programs.slice(from, from + A_CELL);
      const result = await live.run(
        `const read = (t: Tensor) => print([...t.toArray()].join(" "));\n${some.map(({ source }) => source).join("\n")}`,
      );
      if (result.error !== null) {
        const line = result.error.frames[0]?.line ?? 1;
        throw new Error(
          `${result.error.name}: ${result.error.message}, line ${line} of\n${some.map(({ source }) => source).join("\n")}`,
        );
      }
      expect([result.tensors, result.tensorBytes]).toEqual([0, 0]);
      expect({ bytes: arena.usedBytes, allocations: arena.allocations }).toEqual(before);
      const texts = result.outputs.flatMap((output) => (output.kind === "text" ? [output.text] : []));
      const wanted = some.flatMap(({ source, roots }) => roots.map((root) => ({ source, root })));
      expect(texts).toHaveLength(wanted.length);
      wanted.forEach(({ source, root }, at) => {
        const found = (texts[at] ?? "").split(" ").map(Number);
        all += found.length;
        judged += compare(found, expectedOf(root), source);
      });
    }
    process.stdout.write(
      `${PROGRAMS} programs, ${judged} of ${all} elements judged, ${live.engine.plansReused} plans reused`,
    );
    expect(judged / all).toBeGreaterThan(0.8);
  },
  PROGRAMS * 1_000 + 60_000,
);
