import { flatLayers, parameterShapes } from "../../../core/network/network.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import { firstOverflow, type NetworkGradients } from "../../../core/reference/network-gradients.ts";
import type { NetworkModel, RoundingPlaces, RowBlock } from "../../../shared/engine/worker-tasks.ts";
import type { Engine } from "../../engine/engine.ts";
import { runTasks } from "./programs.ts";

/** A worker's piece of work takes from a tenth of a second to one, and there are some for every worker. */
const PIECES = 32;
const LEAST_ROWS = 100;
const MOST_ROWS = 2_000;

/** The rows in blocks; every block is part of a loss averaged over all of them. */
export function rowBlocks({ y, network }: NetworkModel): RowBlock[] {
  const [rows = 0] = y.shape;
  // A batch norm makes every row depend on all of them.
  const coupled = flatLayers(network.layers).some(({ type }) => type === "batchNorm");
  const size = coupled ? rows : Math.min(MOST_ROWS, Math.max(LEAST_ROWS, Math.ceil(rows / PIECES)));
  return Array.from({ length: Math.ceil(rows / size) }, (_, index) => ({
    begin: index * size,
    end: Math.min(rows, (index + 1) * size),
    meanOver: rows,
  }));
}

export interface ReferenceOptions {
  readonly model: NetworkModel;
  readonly threads: number;
  /** 0 to 1. */
  readonly onProgress: (fraction: number) => void;
}

/**
 * Loss and gradients of all rows by the independent float64 backward pass, on the workers, summed over blocks in their
 * order. The gradient of x is written into `dx`, float64. With `rounding` also by how much float32 may round each.
 *
 * @throws {ExperimentCancelled} @throws {TaskError}
 */
export async function float64Gradients(
  engine: Engine,
  {
    model,
    dx,
    threads,
    onProgress,
    rounding = null,
  }: ReferenceOptions & { readonly dx: Tensor; readonly rounding?: RoundingPlaces | null },
): Promise<NetworkGradients> {
  const blocks = rowBlocks(model);
  const answers = await runTasks<NetworkGradients>(
    engine,
    blocks.map((block) => (worker) => ({ kind: "networkGradients", worker, model, dx, block, rounding })),
    {
      threads,
      onProgress: (done) => {
        onProgress(done / blocks.length);
      },
    },
  );
  type Kind = "gradients" | "allowances" | "rounding";
  const sumOf = (kind: Kind, name: string): Float64Array => {
    const [first, ...others] = answers.map((answer) => answer[kind][name]);
    if (first === undefined) throw new RangeError(`float64Gradients: there are no ${kind} of ${name}`);
    for (const part of others) {
      for (let i = 0; i < first.length; i++) first[i] = (first[i] ?? NaN) + (part?.[i] ?? NaN);
    }
    return first;
  };
  const named = (kind: Kind): Record<string, Float64Array> =>
    Object.fromEntries(
      parameterShapes(model.network).flatMap(({ name, learned }) =>
        learned ? [[name, sumOf(kind, name)] as const] : [],
      ),
    );
  return {
    loss: answers.reduce((sum, { loss }) => sum + loss, 0),
    kinks: answers.reduce((sum, { kinks }) => sum + kinks, 0),
    gradients: named("gradients"),
    allowances: named("allowances"),
    rounding: rounding === null ? {} : named("rounding"),
    overflow: answers.reduce<NetworkGradients["overflow"]>(
      (first, { overflow }) => firstOverflow(first, overflow),
      null,
    ),
    xAllowances: new Map(answers.flatMap(({ xAllowances }) => [...xAllowances])),
  };
}
