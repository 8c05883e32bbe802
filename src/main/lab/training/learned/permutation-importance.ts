import { ContractError } from "../../../../core/errors.ts";
import { buildNetwork } from "../../../../core/network/build-network.ts";
import type { Network } from "../../../../core/network/network.ts";
import type { Tensor } from "../../../../core/ops/recording-ops.ts";
import { permutation } from "../../../../core/random/permutation.ts";
import { randomStream } from "../../../../core/random/random-stream.ts";
import type { Importance } from "../../../../shared/experiments/learned.ts";
import { viewOf } from "../../../../shared/engine/tensor-view.ts";
import type { Scope } from "../../../engine/arena.ts";
import type { Engine } from "../../../engine/engine.ts";
import type { ActivityHandle } from "../../activity/activity-handle.ts";
import type { DataTensors } from "../../compute/data-rows.ts";
import { execute, record } from "../../compute/programs.ts";

/** More features than this would be pixels: of an image its own gradient says more. */
const MOST_FEATURES = 500;
/** Streams of the seed that values are mixed by, away from those of weights and rows. */
const MIX_STREAM = 40_000;
/** Mixings whose mean counts. */
const TURNS = 3;

/**
 * How much larger the loss is when the values of one feature are mixed among the rows, the mean of three mixings.
 *
 * @throws {ContractError} If there are too many features. @throws {ExperimentCancelled} @throws {TaskError}
 * @see Breiman, "Random Forests" (2001); sklearn.inspection.permutation_importance
 */
export async function permutationImportance(
  engine: Engine,
  scope: Scope,
  {
    network,
    parameters,
    data,
    featureNames,
    seed,
    threads,
    activity,
  }: {
    readonly network: Network;
    readonly parameters: Readonly<Record<string, Tensor>>;
    readonly data: DataTensors;
    readonly featureNames: readonly string[];
    readonly seed: number;
    readonly threads: number;
    readonly activity: ActivityHandle;
  },
): Promise<Importance> {
  const [rows = 0, features = 0] = data.x.shape;
  if (features > MOST_FEATURES) {
    throw new ContractError(
      `There are ${features} features; each of up to ${MOST_FEATURES} is mixed. Of images look at single rows: their own gradient shows what counts.`,
    );
  }
  const { memory } = engine.arena;
  const x = scope.tensor("mixed x", data.x.shape);
  const loss = { tensor: null as Tensor | null };
  const program = record(scope, (ops) => {
    loss.tensor = buildNetwork(ops, network, { x, y: data.y, parameters }).loss;
  });
  const lossNow = async (): Promise<number> => {
    await execute(engine, [{ program, repeats: 1 }], { threads });
    return loss.tensor === null ? NaN : (viewOf(memory, loss.tensor, "float32")[0] ?? NaN);
  };
  const given = viewOf(memory, data.x, "float32");
  const mixed = viewOf(memory, x, "float32");
  mixed.set(given);
  const base = await lossNow();
  const found: { name: string; rise: number }[] = [];
  for (let feature = 0; feature < features; feature++) {
    activity.progress(feature / features);
    let rise = 0;
    for (let turn = 0; turn < TURNS; turn++) {
      const order = permutation(randomStream(seed, MIX_STREAM + feature * TURNS + turn), rows);
      for (let row = 0; row < rows; row++) {
        mixed[row * features + feature] = given[(order[row] ?? row) * features + feature] ?? NaN;
      }
      rise += ((await lossNow()) - base) / TURNS;
    }
    for (let row = 0; row < rows; row++) {
      mixed[row * features + feature] = given[row * features + feature] ?? NaN;
    }
    found.push({ name: featureNames[feature] ?? `feature ${feature + 1}`, rise });
  }
  return { loss: base, rows, features: found.sort((a, b) => b.rise - a.rise) };
}
