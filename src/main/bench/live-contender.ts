import { KernelUnavailableError } from "../../core/errors.ts";
import type { CellResult } from "../../shared/live/cell-result.ts";
import type { CellOutput } from "../../shared/live/cell-output.ts";
import { LiveLab } from "../lab/live/live-lab.ts";
import { NO_SAVED_RUNS } from "../lab/live/saved-runs.ts";
import { DatasetLibrary } from "../lab/datasets/dataset-library.ts";
import type { ActivityHandle } from "../lab/activity/activity-handle.ts";
import type { Engine } from "../engine/engine.ts";
import type { Batch, Contender } from "../timing/contender.ts";
import type { CaseRecipe } from "./cases/bench-case.ts";

/** Where the sandbox, and the data that a folder of it holds, lie. */
export interface LivePlaces {
  /** The built sandbox, out/main/sandbox.js. */
  readonly sandboxFile: string;
  readonly resourcesDir: string;
  /** A folder of its own for imported data sets: none are. */
  readonly datasetsDir: string;
}

const ROWS = 50_000;

/** The notebook's network as a person writes it, with the weights' gradients as products. */
const DEFINITIONS = `
const { xTrain, yTrain } = data("mnist");
const x = xTrain.sub(xTrain.mean()).div(xTrain.std()), y = yTrain;
const w1 = randn(784, 50).mul(Math.sqrt(2 / 784)), b1 = randn(50).mul(0.1);
const w2 = randn(50, 1).mul(Math.sqrt(2 / 50)), b2 = randn(1).mul(0.1);
const lin = (x: Tensor, w: Tensor, b: Tensor) => x.matmul(w).add(b);
const relu = (x: Tensor) => x.clampMin(0).sub(0.5);
const mse = (out: Tensor, y: Tensor) => out.squeeze(1).sub(y).pow(2).mean();
function lin_grad(x: Tensor, out: Tensor, w: Tensor, b: Tensor) {
  x.g = out.g!.matmul(w.t());
  w.g = x.t().matmul(out.g!);
  b.g = out.g!.sum({ dim: 0 });
}
function forward(x: Tensor, y: Tensor) {
  return mse(lin(relu(lin(x, w1, b1)), w2, b2), y);
}
function forward_and_backward(x: Tensor, y: Tensor) {
  const l1 = lin(x, w1, b1), l2 = relu(l1), out = lin(l2, w2, b2), loss = mse(out, y);
  out.g = out.squeeze(1).sub(y).unsqueeze(-1).mul(2 / y.shape[0]!);
  lin_grad(l2, out, w2, b2);
  l1.g = l1.gt(0).float().mul(l2.g!);
  lin_grad(x, l1, w1, b1);
  return loss;
}`;

/** Its gradients against float64, on some rows. */
const PROOF = `
const xs = x.slice(0, 256), ys = y.slice(0, 256);
check(() => forward_and_backward(xs, ys), { xs, w1, b1, w2, b2 });`;

const samplesIn = (output: CellOutput): readonly number[] =>
  output.kind === "show" ? output.values.flatMap(({ timing }) => timing?.samplesMs ?? []) : [];

const UNWATCHED: ActivityHandle = {
  phase: () => undefined,
  progress: () => undefined,
  pause: () => undefined,
  goOn: () => undefined,
  checkpoint: () => undefined,
  isCancelled: () => false,
  part: () => UNWATCHED,
};

/** The recipe's function, and whether a person writes it at all. */
const FUNCTIONS: Partial<Record<CaseRecipe["kind"], string>> = {
  "notebook-forward": "forward",
  "notebook-forward-backward": "forward_and_backward",
};

export const isWrittenLive = ({ kind }: CaseRecipe): boolean => kind in FUNCTIONS;

/**
 * The case as cells that a person writes: recorded by the sandbox, lowered, timed by `time`. Its numbers are its own
 * (MNIST and drawn weights); its gradients are held against float64 before it is timed.
 *
 * @throws {KernelUnavailableError} If they are wrong.
 */
export async function liveContender(
  engine: Engine,
  { recipe, threads, places }: { recipe: CaseRecipe; threads: number; places: LivePlaces },
): Promise<Contender> {
  const lab = new LiveLab({
    engine,
    runs: NO_SAVED_RUNS,
    sandboxFile: places.sandboxFile,
    datasets: new DatasetLibrary({ root: places.datasetsDir, resourcesDir: places.resourcesDir }),
    asActivity: (_title, body) => body(UNWATCHED),
  });
  const kernel = await lab.open({ seed: 42, threads, rows: ROWS, limitMs: null });
  const run = async (source: string): Promise<CellResult> => {
    const result = await kernel.runCell({ id: "bench", source });
    if (result.error === null) return result;
    await lab.close();
    throw new KernelUnavailableError(`live: ${result.error.name}: ${result.error.message}`);
  };
  await run(DEFINITIONS);
  await run(PROOF);
  return {
    name: "live",
    version: "cells",
    threads,
    sample: async (_calls, samples): Promise<Batch> => {
      const cpuBefore = process.cpuUsage();
      const wallBefore = performance.now();
      const { outputs } = await run(
        `show({ took: time(() => ${FUNCTIONS[recipe.kind] ?? ""}(x, y), { samples: ${samples} }) });`,
      );
      const { user, system } = process.cpuUsage(cpuBefore);
      const samplesMs = outputs.flatMap(samplesIn);
      return { samplesMs, cpuMs: (user + system) / 1000, wallMs: performance.now() - wallBefore };
    },
    close: () => lab.close(),
  };
}
