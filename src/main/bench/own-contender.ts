import type { Program, Tensor } from "../../core/ops/recording-ops.ts";
import { viewOf } from "../../shared/engine/tensor-view.ts";
import type { Scope } from "../engine/arena.ts";
import type { Engine } from "../engine/engine.ts";
import { execute, record, timeLoops } from "../lab/compute/programs.ts";
import type { PreparedCase } from "./cases/bench-case.ts";
import type { Batch, Contender } from "../timing/contender.ts";

/** A case recorded for the engine: its program, and where its inputs and outputs lie. */
export interface RecordedCase {
  readonly program: Program;
  readonly outputs: Readonly<Record<string, Tensor>>;
  /** Writes the inputs anew: some cases change them. */
  reset(): void;
}

/** Places a case's inputs in the arena and records its program; everything lives as long as `scope`. */
export function recordCase(engine: Engine, scope: Scope, prepared: PreparedCase): RecordedCase {
  const inputs = new Map(
    prepared.inputs
      .filter(({ only }) => only !== "peers")
      .map((input) => [input.name, { ...input, tensor: scope.tensor(input.name, input.shape, input.dtype) }]),
  );
  const input = (name: string): Tensor => {
    const found = inputs.get(name);
    if (found === undefined) throw new TypeError(`recordCase: the case has no input "${name}"`);
    return found.tensor;
  };
  let outputs: Readonly<Record<string, Tensor>> = {};
  const program = record(scope, (ops) => {
    outputs = prepared.record(ops, input);
  });
  const reset = (): void => {
    for (const { tensor, dtype, values } of inputs.values()) {
      viewOf(engine.arena.memory, tensor, dtype).set(values);
    }
  };
  reset();
  return { program, outputs, reset };
}

/** Runs the verification calls and copies the outputs out of the arena; the inputs are as new afterwards. */
export async function computeOutputs(
  engine: Engine,
  recorded: RecordedCase,
  options: { readonly calls: number; readonly threads: number },
): Promise<ReadonlyMap<string, Float32Array>> {
  const { calls, threads } = options;
  await execute(engine, [{ program: recorded.program, repeats: calls }], { threads });
  const outputs = new Map(
    Object.entries(recorded.outputs).map(([name, tensor]) => [
      name,
      viewOf(engine.arena.memory, tensor, "float32").slice(),
    ]),
  );
  recorded.reset();
  return outputs;
}

/** Our engine: a batch is one dispatch, timed by a worker between barriers around each loop. */
export function ownContender(
  engine: Engine,
  { program }: RecordedCase,
  { name, threads }: { readonly name: string; readonly threads: number },
): Contender {
  return {
    name,
    version: engine.instructionSet,
    threads,
    sample: async (calls, samples): Promise<Batch> => {
      const cpuBefore = process.cpuUsage();
      const wallBefore = performance.now();
      const samplesMs = await timeLoops(engine, program, { threads, calls, samples, warmupCalls: calls });
      const wallMs = performance.now() - wallBefore;
      const cpu = process.cpuUsage(cpuBefore);
      return {
        samplesMs,
        cpuMs: (cpu.user + cpu.system) / 1000,
        wallMs,
      };
    },
    // The case's tensors belong to its scope, which other contenders of ours share.
    close: () => Promise.resolve(),
  };
}
