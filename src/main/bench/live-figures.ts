import { stage2LayerClasses } from "../../core/stages/stage-2-layer-classes.ts";
import { median } from "../../core/statistics.ts";
import type { Engine } from "../engine/engine.ts";
import { DataRows } from "../lab/compute/data-rows.ts";
import type { LiveKernel } from "../lab/live/live-kernel.ts";
import { measureStage } from "../lab/stages/measure-stage.ts";
import { drawInputs } from "../lab/stages/stage-inputs.ts";
import {
  DEFINITIONS,
  LIVE_ROWS,
  LIVE_SEED,
  liveDatasets,
  openLive,
  openLiveKernel,
  PROOF,
  runLive,
  type LivePlaces,
} from "./open-live.ts";

/** What the language for cells costs beside its products; times are medians. */
export interface LiveFigures {
  /** From nothing to the answer of a first cell: a thread, its sandbox, the API's own code. */
  readonly readyMs: number;
  /** The same of the process's first sandbox, for which the interpreter is compiled. */
  readonly firstReadyMs: number;
  /** An endless loop, from Stop to the cell's end; the longest of all tries. */
  readonly stopMs: number;
  /** An operation on one value that is recorded and not yet computed. */
  readonly recordedOpUs: number;
  /** Five gradients of the notebook's network on 256 rows, against float64 and central differences. */
  readonly checkMs: number;
  /** The notebook's backward pass by sums of outer products, 50,000 rows: as a cell, and the fixed stage 2. */
  readonly outerProductsMs: number;
  readonly stage2Ms: number;
}

const ROUNDS = 9;
const OUTER_SAMPLES = 3;
const OUTER_ROUNDS = 3;
const RECORDED_OPS = 4_000;
/** The loop must be running when it is stopped. */
const LOOP_MS = 100;

/** Of the cell's backward pass, as the notebook's cells 26 and 42 write it. */
const OUTER_PRODUCTS = `
function outer_grad(x: Tensor, out: Tensor, w: Tensor, b: Tensor) {
  x.g = out.g!.matmul(w.t());
  w.g = x.unsqueeze(-1).mul(out.g!.unsqueeze(1)).sum({ dim: 0 });
  b.g = out.g!.sum({ dim: 0 });
}
const l1 = lin(x, w1, b1), l2 = relu(l1), out = lin(l2, w2, b2);
function outer_backward() {
  out.g = out.squeeze(1).sub(y).unsqueeze(-1).mul(2 / y.shape[0]!);
  outer_grad(l2, out, w2, b2);
  l1.g = l1.gt(0).float().mul(l2.g!);
  outer_grad(x, l1, w1, b1);
}`;

const elapsed = async (work: () => Promise<unknown>): Promise<number> => {
  const from = performance.now();
  await work();
  return performance.now() - from;
};

async function repeated(count: number, once: () => Promise<number>): Promise<number[]> {
  const samples: number[] = [];
  while (samples.length < count) samples.push(await once());
  return samples;
}

async function stopOnce(kernel: LiveKernel): Promise<number> {
  const loop = kernel.runCell({ id: "loop", source: "while (true) {}" });
  await new Promise((resolve) => setTimeout(resolve, LOOP_MS));
  const from = performance.now();
  kernel.stop();
  await loop;
  return performance.now() - from;
}

/** Recording alone: nothing is read, so nothing is computed; what an empty loop takes is taken off. */
async function recordedOpUs(kernel: LiveKernel): Promise<number> {
  const loop = (step: string): Promise<number> =>
    elapsed(() =>
      runLive(kernel, `{ let a = tensor([1]); for (let i = 0; i < ${RECORDED_OPS}; i++) { ${step} } }`),
    );
  const once = async (): Promise<number> => (await loop("a = a.add(1);")) - (await loop("a;"));
  return (1_000 * median(await repeated(ROUNDS, once))) / RECORDED_OPS;
}

/** Of the fixed stage's backward pass, as the Stages view measures it. */
async function measureStage2(
  engine: Engine,
  threads: number,
  places: LivePlaces,
): Promise<readonly number[]> {
  const data = new DataRows(engine, liveDatasets(places));
  const scope = engine.arena.scope();
  try {
    const rows = await data.rows({ name: "mnist", split: "train", rows: LIVE_ROWS });
    const { result } = await measureStage(
      engine,
      { name: "stage 2", stage: stage2LayerClasses, opByOp: false },
      drawInputs(engine, scope, rows, LIVE_SEED),
      scope,
      { threads, rows: LIVE_ROWS, samples: OUTER_SAMPLES, onProgress: () => undefined },
    );
    return result.backward.samplesMs;
  } finally {
    scope.release();
    data.release();
  }
}

/** Cell and fixed stage take turns. */
async function measureOuterProducts(
  kernel: LiveKernel,
  fixed: () => Promise<readonly number[]>,
): Promise<Pick<LiveFigures, "outerProductsMs" | "stage2Ms">> {
  const own: number[] = [];
  const stage2: number[] = [];
  await runLive(kernel, OUTER_PRODUCTS);
  for (let round = 0; round < OUTER_ROUNDS; round++) {
    own.push(
      ...(await runLive(kernel, `show({ took: time(outer_backward, { samples: ${OUTER_SAMPLES} }) });`)),
    );
    stage2.push(...(await fixed()));
  }
  return { outerProductsMs: median(own), stage2Ms: median(stage2) };
}

/** @throws {KernelUnavailableError} If a cell fails, or its gradients are wrong. */
export async function measureLive(
  engine: Engine,
  { threads, places }: { readonly threads: number; readonly places: LivePlaces },
): Promise<LiveFigures> {
  const lab = openLive(engine, places);
  try {
    const readyOnce = (): Promise<number> =>
      elapsed(async () => {
        const kernel = await openLiveKernel(lab, threads);
        await runLive(kernel, "show({ sum: tensor([1, 2]).sum() });");
        await kernel.close();
      });
    const firstReadyMs = await readyOnce();
    const readyMs = await repeated(ROUNDS, readyOnce);
    const kernel = await openLiveKernel(lab, threads);
    const recorded = await recordedOpUs(kernel);
    await runLive(kernel, DEFINITIONS);
    const checkMs = await repeated(ROUNDS, () => elapsed(() => runLive(kernel, PROOF)));
    const outer = await measureOuterProducts(kernel, () => measureStage2(engine, threads, places));
    const stopMs = await repeated(ROUNDS, () => stopOnce(kernel));
    return {
      readyMs: median(readyMs),
      firstReadyMs,
      stopMs: Math.max(...stopMs),
      recordedOpUs: recorded,
      checkMs: median(checkMs),
      ...outer,
    };
  } finally {
    await lab.close();
  }
}
