import { KernelUnavailableError } from "../../core/errors.ts";
import type { CellOutput } from "../../shared/live/cell-output.ts";
import { LiveLab } from "../lab/live/live-lab.ts";
import { MachineWatch } from "../timing/machine-watch.ts";
import { NO_SAVED_RUNS } from "../lab/live/saved-runs.ts";
import { DatasetLibrary } from "../lab/datasets/dataset-library.ts";
import type { ActivityHandle } from "../lab/activity/activity-handle.ts";
import type { Engine } from "../engine/engine.ts";
import type { LiveKernel } from "../lab/live/live-kernel.ts";

/** Where the sandbox, and the data that a folder of it holds, lie. */
export interface LivePlaces {
  /** The built sandbox, out/main/sandbox.js. */
  readonly sandboxFile: string;
  readonly resourcesDir: string;
  /** A folder of its own for imported data sets: none are. */
  readonly datasetsDir: string;
}

/** Of the notebook's training images. */
export const LIVE_ROWS = 50_000;
/** Of its weights, as cells and as the fixed stage draw them. */
export const LIVE_SEED = 42;

/** The notebook's network as a person writes it, with the weights' gradients as products. */
export const DEFINITIONS = `
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
export const PROOF = `
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

/** A lab of cells of one's own on the engine, closed by whoever opens it. */
export const openLive = (engine: Engine, places: LivePlaces): LiveLab =>
  new LiveLab({
    engine,
    runs: NO_SAVED_RUNS,
    sandboxFile: places.sandboxFile,
    machineWatch: new MachineWatch(),
    datasets: liveDatasets(places),
    asActivity: (_title, body) => body(UNWATCHED),
  });

export const liveDatasets = (places: LivePlaces): DatasetLibrary =>
  new DatasetLibrary({ root: places.datasetsDir, resourcesDir: places.resourcesDir });

export const openLiveKernel = (lab: LiveLab, threads: number): Promise<LiveKernel> =>
  lab.open({ seed: LIVE_SEED, threads, rows: LIVE_ROWS, limitMs: null });

/** Runs a cell. @returns the times that it showed. @throws {KernelUnavailableError} If it fails. */
export async function runLive(kernel: LiveKernel, source: string): Promise<readonly number[]> {
  const { outputs, error } = await kernel.runCell({ id: "bench", source });
  if (error !== null) throw new KernelUnavailableError(`live: ${error.name}: ${error.message}`);
  return outputs.flatMap(samplesIn);
}
