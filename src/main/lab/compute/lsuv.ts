import { buildNetwork } from "../../../core/network/build-network.ts";
import { parameterShapes, type Network } from "../../../core/network/network.ts";
import type { Program, Tensor } from "../../../core/ops/recording-ops.ts";
import type { Initialisation } from "../../../shared/specs/layer-spec.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { Scope } from "../../engine/arena.ts";
import type { Engine } from "../../engine/engine.ts";
import type { DataTensors } from "./data-rows.ts";
import { execute, record, recordStatistics, statisticsAt } from "./programs.ts";
import type { Weights } from "../init/measure-network.ts";

const TOLERANCE = 1e-3;
const MOST_PASSES = 10;

/** What decides the weights that a network begins with. */
export interface DrawnNetwork {
  readonly network: Network;
  /** Of each linear layer, in order. */
  readonly schemes: readonly Initialisation[];
  readonly seed: number;
}

interface LsuvProgram {
  readonly parameters: Readonly<Record<string, Tensor>>;
  /** Of each linear layer. */
  readonly outputs: readonly { readonly tensor: Tensor; readonly statistics: Tensor }[];
  readonly program: Program;
}

/** Records the forward pass that LSUV looks at into `scope`; nothing is written. */
export function recordLsuv(scope: Scope, network: Network, data: DataTensors): LsuvProgram {
  const parameters = Object.fromEntries(
    parameterShapes(network).map(({ name, shape }) => [name, scope.tensor(name, shape)]),
  );
  const outputs: { tensor: Tensor; statistics: Tensor }[] = [];
  const program = record(scope, (ops) => {
    const built = buildNetwork(ops, network, { ...data, parameters });
    for (const { layer, out } of built.outputs) {
      if (layer.type === "linear") outputs.push({ tensor: out, statistics: recordStatistics(ops, out) });
    }
  });
  return { parameters, outputs, program };
}

/**
 * Layer-sequential unit variance: in order, the weights of each layer of that scheme are divided by the standard
 * deviation of its output on the data, until that is 1 within 0.001 or after ten passes. What is not drawn so stays.
 *
 * @see Mishkin and Matas, "All you need is a good init" (2016)
 */
export async function scaleToUnitVariance(
  engine: Engine,
  { network, schemes }: Omit<DrawnNetwork, "seed">,
  {
    weights,
    data,
    threads,
  }: { readonly weights: Weights; readonly data: DataTensors; readonly threads: number },
): Promise<Weights> {
  const { memory } = engine.arena;
  const scope = engine.arena.scope();
  try {
    const { parameters, outputs, program } = recordLsuv(scope, network, data);
    for (const [name, tensor] of Object.entries(parameters)) {
      const values = weights[name];
      if (values !== undefined) viewOf(memory, tensor, "float32").set(values);
    }
    for (const [index, scheme] of schemes.entries()) {
      if (scheme !== "lsuv") continue;
      const output = outputs[index];
      const weight = parameters[`w${index + 1}`];
      if (output === undefined || weight === undefined) continue;
      for (let pass = 0; pass < MOST_PASSES; pass++) {
        await execute(engine, [{ program, repeats: 1 }], { threads });
        const { std } = statisticsAt(engine, output.statistics, output.tensor.name);
        if (!(std > 0) || Math.abs(std - 1) < TOLERANCE) break;
        const values = viewOf(memory, weight, "float32");
        for (let i = 0; i < values.length; i++) values[i] = (values[i] ?? NaN) / std;
      }
    }
    return Object.fromEntries(
      Object.entries(parameters).map(([name, tensor]) => [name, viewOf(memory, tensor, "float32").slice()]),
    );
  } finally {
    scope.release();
  }
}
