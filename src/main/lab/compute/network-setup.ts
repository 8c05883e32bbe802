import { buildNetwork } from "../../../core/network/build-network.ts";
import { withFixedMasks } from "../../../core/network/dropout-mask.ts";
import { parameterShapes, type Network } from "../../../core/network/network.ts";
import { BuggyOps, type SeededBug } from "../../../core/network/seeded-bug.ts";
import { numelOf, type Program, type Tensor } from "../../../core/ops/recording-ops.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { Scope } from "../../engine/arena.ts";
import type { Engine } from "../../engine/engine.ts";
import type { DataTensors } from "./data-rows.ts";
import { execute, record } from "./programs.ts";

/** Values by name, w1, b1, w2, …, instead of drawn ones. */
export type GivenParameters = Readonly<Record<string, Float32Array>>;

/** A network whose gradients the engine has computed. */
export interface ComputedNetwork {
  /** As it trains, its dropout masks fixed. */
  readonly network: Network;
  readonly data: DataTensors;
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** x, w1, b1, … */
  readonly gradients: Readonly<Record<string, Tensor>>;
  readonly loss: number;
  /** The seeded bug found a place in this network. */
  readonly bugMade: boolean;
}

/**
 * Runs forward and backward once on the engine, with a seeded bug if one is wanted. Everything lies in `scope`.
 *
 * @throws {ExperimentCancelled} @throws {TaskError} @throws {OutOfMemoryError}
 */
export async function computeGradients(
  engine: Engine,
  scope: Scope,
  options: {
    readonly network: Network;
    /** Of the dropout masks. */
    readonly seed?: number;
    readonly data: DataTensors;
    readonly given: GivenParameters;
    readonly bug: SeededBug | null;
    readonly threads: number;
  },
): Promise<ComputedNetwork> {
  const { data, given, bug, threads, seed = 0 } = options;
  const { memory } = engine.arena;
  const recorded = recordGradients(scope, options.network, { data, seed, bug });
  const { network, parameters, gradients, bugMade, loss } = recorded;
  for (const { name, shape, begin } of parameterShapes(network)) {
    const tensor = parameters[name];
    const values =
      given[name] ??
      (begin === null ? undefined : Float32Array.from({ length: numelOf(shape) }, (_, i) => begin(i)));
    if (values !== undefined && tensor !== undefined) viewOf(memory, tensor, "float32").set(values);
  }
  viewOf(memory, recorded.counter, "float64")[0] = 0;
  await execute(engine, [{ program: recorded.program, repeats: 1 }], { threads });
  const lossValue = viewOf(memory, loss, "float32")[0] ?? NaN;
  return { network, data, parameters, gradients, loss: lossValue, bugMade };
}

/** Forward and backward of a network at the first step of a training, as a program. */
interface RecordedGradients extends Omit<ComputedNetwork, "loss" | "data"> {
  readonly program: Program;
  readonly loss: Tensor;
  /** Steps done: to be 0. */
  readonly counter: Tensor;
}

/** Records forward and backward into `scope`; nothing is written. */
export function recordGradients(
  scope: Scope,
  plain: Network,
  { data, seed, bug }: { readonly data: DataTensors; readonly seed: number; readonly bug: SeededBug | null },
): RecordedGradients {
  const network = withFixedMasks(plain, seed);
  const parameters = Object.fromEntries(
    parameterShapes(network).map(({ name, shape }) => [name, scope.tensor(name, shape)]),
  );
  const counter = scope.tensor("steps done", [1], "float64");
  let gradients: Readonly<Record<string, Tensor>> = {};
  let loss: Tensor | undefined;
  let bugMade = false;
  const program = record(scope, (ops) => {
    const buggy = bug === null ? null : new BuggyOps(ops, bug, data.x);
    const built = buildNetwork(buggy ?? ops, network, { ...data, parameters }, { counter, seed });
    gradients = built.backward();
    ({ loss } = built);
    bugMade = buggy !== null && buggy.made > 0;
  });
  if (loss === undefined) throw new TypeError("recordGradients: nothing was recorded");
  return { network, parameters, counter, gradients, loss, bugMade, program };
}
