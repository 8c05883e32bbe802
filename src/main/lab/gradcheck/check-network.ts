import { compareInDetail } from "../../../core/gradient-report.ts";
import { numelOf, type Tensor } from "../../../core/ops/recording-ops.ts";
import type { NetworkCoordinates } from "../../../core/reference/network-differences.ts";
import { uncertainOf } from "../../../core/reference/network-gradients.ts";
import { sampleCoordinates } from "../../../core/reference/sample-coordinates.ts";
import type { GradcheckSettings, GradientReport } from "../../../shared/gradcheck.ts";
import { viewOf } from "../../../shared/tensor-view.ts";
import type {
  Direction,
  DirectionAnswer,
  GradientReportAnswer,
  WorkerTask,
} from "../../../shared/worker-tasks.ts";
import type { Scope } from "../../engine/arena.ts";
import type { Engine } from "../../engine/engine.ts";
import { centralDifferences, DIFFERENCE_STEP, type Differences } from "../central-differences.ts";
import { float64Gradients, rowBlocks } from "../float64-gradients.ts";
import { runOnWorker, runTasks } from "../programs.ts";
import type { TfjsNetwork } from "../tfjs/tfjs-network.ts";
import { makeReport } from "./make-report.ts";
import type { ComputedNetwork } from "./network-setup.ts";

/** Random directions a tensor. */
const DIRECTIONS = 8;
const DIRECTION_STEP = 1e-6;
/** Coordinates a tensor at which the shortcut of the differences is computed again in full. */
const PROOFS = 3;
const PROOF_STEP = 1e-5;
/** Where a step crosses a kink, over max(1, |value|). */
const SMALL_STEP = 1e-8;
/** Of the largest derivative: what two ways of taking the same central difference may differ by. */
const PROOF_TOLERANCE = 1e-4;
/** Streams of the seed that directions are drawn from, away from weights and samples. */
const DIRECTION_STREAM = 700;
const NOTHING: ReadonlyMap<number, number> = new Map();

/** What checking needs, and whom it tells. */
export interface CheckContext {
  readonly engine: Engine;
  readonly scope: Scope;
  readonly settings: GradcheckSettings;
  readonly computed: ComputedNetwork;
  readonly onReport: (report: GradientReport) => void;
  /** 0 to 1 of this reference. */
  readonly onProgress: (fraction: number) => void;
}

const tensorsOf = ({ gradients }: ComputedNetwork): readonly (readonly [string, Tensor])[] =>
  Object.entries(gradients);

/** Runs tasks with progress. */
const run = <Answer>(
  { engine, settings, onProgress }: CheckContext,
  tasks: readonly ((worker: number) => WorkerTask)[],
): Promise<readonly Answer[]> =>
  runTasks<Answer>(engine, tasks, {
    threads: settings.threads,
    onProgress: (done) => {
      onProgress(done / tasks.length);
    },
  });

const modelOf = ({ network, parameters, data }: ComputedNetwork) => ({ network, parameters, ...data });

/** Float64 gradients, and by how much each may differ without a mistake. */
export interface Float64Reference {
  readonly loss: number;
  readonly kinks: number;
  readonly gradients: Readonly<Record<string, Tensor>>;
  readonly allowances: Readonly<Record<string, ReadonlyMap<number, number>>>;
}

/** The independent backward pass over all rows, in the arena. */
export async function float64Reference(context: CheckContext): Promise<Float64Reference> {
  const { engine, scope, computed, settings, onProgress } = context;
  const dx = scope.tensor("x.g in float64", computed.data.x.shape, "float64");
  const found = await float64Gradients(engine, {
    ...{ model: modelOf(computed), dx, threads: settings.threads, onProgress },
  });
  const { loss, kinks } = found;
  const gradients: Record<string, Tensor> = { x: dx };
  const allowances: Record<string, ReadonlyMap<number, number>> = { x: found.xAllowances };
  for (const [name, { shape }] of Object.entries(computed.parameters)) {
    const tensor = scope.tensor(`${name}.g in float64`, shape, "float64");
    viewOf(engine.arena.memory, tensor, "float64").set(found.gradients[name] ?? []);
    gradients[name] = tensor;
    allowances[name] = kinks === 0 ? NOTHING : uncertainOf(found.allowances[name] ?? new Float64Array());
  }
  return { loss, kinks, gradients, allowances };
}

/** All coordinates against whole reference gradients in the arena. */
export async function checkAgainst(
  context: CheckContext,
  reference: "float64" | "tfjs",
  { gradients, allowances, kinks }: Omit<Float64Reference, "loss">,
): Promise<void> {
  const { engine, settings, computed, onReport } = context;
  for (const [tensor, ours] of tensorsOf(computed)) {
    const expected = gradients[tensor];
    if (expected === undefined) throw new RangeError(`gradient check: no reference of ${tensor}`);
    const answer = await runOnWorker<GradientReportAnswer>(engine, (worker) => ({
      ...{ kind: "gradientReport", worker, ours, reference: expected },
      allowances: allowances[tensor] ?? NOTHING,
    }));
    const { shape } = ours;
    onReport(
      makeReport(answer, {
        ...{ reference, tensor, shape, complete: true, kinks, places: null },
        ...{ heatMap: answer.heatMap, tolerance: settings.tolerance },
      }),
    );
  }
}

/** Central differences at these coordinates. */
const differencesAt = (
  { engine, computed, settings, onProgress }: CheckContext,
  coordinates: NetworkCoordinates,
  step: number,
): Promise<Differences> =>
  centralDifferences(engine, {
    ...{ model: modelOf(computed), coordinates, step, threads: settings.threads, onProgress },
  });

/**
 * Central differences at all coordinates or a seeded sample; where a step crosses a kink, again with a much smaller
 * one. @returns how the shortcut was proven, for a note.
 */
export async function checkByDifferences(context: CheckContext): Promise<string> {
  const { engine, settings, computed, onReport } = context;
  const sizes = Object.fromEntries(tensorsOf(computed).map(([name, { shape }]) => [name, numelOf(shape)]));
  const chosen = sampleCoordinates(settings.network.seed, sizes, settings.coordinates ?? Infinity);
  const first = await differencesAt(context, chosen, DIFFERENCE_STEP);
  const crossed = Object.fromEntries(
    Object.entries(first).map(([tensor, all]) => [
      tensor,
      all.flatMap(({ coordinate, crossings }) => (crossings > 0 ? [coordinate] : [])),
    ]),
  );
  const again = await differencesAt(context, crossed, SMALL_STEP);
  for (const [tensor, ours] of tensorsOf(computed)) {
    const second = new Map((again[tensor] ?? []).map((one) => [one.coordinate, one]));
    const all = (first[tensor] ?? []).map((one) => second.get(one.coordinate) ?? one);
    const usable = all.filter(({ crossings }) => crossings === 0);
    const values = viewOf(engine.arena.memory, ours, "float32");
    const comparison = compareInDetail(
      usable.map(({ coordinate }) => values[coordinate] ?? NaN),
      usable.map(({ derivative }) => derivative),
    );
    onReport(
      makeReport(comparison, {
        ...{ reference: "finite-difference", tensor, shape: ours.shape },
        complete: usable.length === values.length,
        kinks: all.length - usable.length,
        places: usable.map(({ coordinate }) => coordinate),
        ...{ heatMap: null, tolerance: settings.tolerance },
      }),
    );
  }
  return proveShortcut(context, first);
}

/** Computes the loss in full on both sides of some coordinates, and compares. */
async function proveShortcut(context: CheckContext, differences: Differences): Promise<string> {
  const proofs = Object.entries(differences).flatMap(([tensor, all]) => {
    const usable = all.filter(({ crossings }) => crossings === 0);
    const stride = Math.max(1, Math.floor(usable.length / PROOFS));
    return usable
      .filter((_, i) => i % stride === 0)
      .slice(0, PROOFS)
      .map(({ coordinate, derivative }) => ({ tensor, coordinate, expected: derivative }));
  });
  const values = await alongDirections(
    context,
    proofs.map(({ tensor, coordinate }) => ({ tensor, step: PROOF_STEP, along: { coordinate } })),
  );
  let worst = 0;
  proofs.forEach(({ tensor, expected }, i) => {
    const largest = (differences[tensor] ?? []).reduce(
      (most, { derivative }) => Math.max(most, Math.abs(derivative)),
      0,
    );
    if (largest > 0) worst = Math.max(worst, Math.abs((values[i]?.difference ?? NaN) - expected) / largest);
  });
  const said = `${proofs.length} of the finite differences were computed again with the whole loss on both sides`;
  return worst <= PROOF_TOLERANCE
    ? `${said}: they agree to ${worst.toPrecision(2)} of the largest.`
    : `${said}: they differ by ${worst.toPrecision(2)} of the largest, more than ${PROOF_TOLERANCE}: please report this.`;
}

async function alongDirections(
  context: CheckContext,
  directions: readonly Direction[],
): Promise<readonly DirectionAnswer[]> {
  const { computed } = context;
  const { gradients } = computed;
  const answers = await run<readonly DirectionAnswer[]>(
    context,
    rowBlocks(modelOf(computed)).map((block) => (worker) => ({
      ...{ kind: "directions", worker, model: modelOf(computed), block, directions, gradients },
    })),
  );
  return directions.map((_, i) => ({
    difference: answers.reduce((sum, part) => sum + (part[i]?.difference ?? NaN), 0),
    dot: answers.reduce((sum, part) => sum + (part[i]?.dot ?? NaN), 0),
  }));
}

/** Derivatives along random directions of each tensor, from the loss alone. */
export async function checkByDirections(context: CheckContext): Promise<void> {
  const { settings, computed, onReport } = context;
  const { seed } = settings.network;
  const tensors = tensorsOf(computed);
  const directions = tensors.flatMap(([tensor], index) =>
    Array.from({ length: DIRECTIONS }, (_, number): Direction => ({
      ...{ tensor, step: DIRECTION_STEP },
      along: { seed, stream: DIRECTION_STREAM + index * DIRECTIONS + number },
    })),
  );
  const found = await alongDirections(context, directions);
  for (const [index, [tensor, ours]] of tensors.entries()) {
    const own = found.slice(index * DIRECTIONS, (index + 1) * DIRECTIONS);
    const comparison = compareInDetail(
      own.map(({ dot }) => dot),
      own.map(({ difference }) => difference),
    );
    onReport(
      makeReport(comparison, {
        ...{ reference: "direction", tensor, shape: ours.shape, complete: false, kinks: 0 },
        ...{ places: null, heatMap: null, tolerance: settings.tolerance },
      }),
    );
  }
}

/** TensorFlow.js derives the gradients itself. @returns its loss. */
export async function checkByTfjs(
  context: CheckContext,
  tfjs: TfjsNetwork,
  { allowances, kinks }: Pick<Float64Reference, "allowances" | "kinks">,
): Promise<number> {
  const { scope, computed } = context;
  const gradients = Object.fromEntries(
    tensorsOf(computed).map(([name, { shape }]) => [name, scope.tensor(`${name}.g of TensorFlow.js`, shape)]),
  );
  const { network, data, parameters } = computed;
  const { loss } = await tfjs.run({ network, ...data, parameters, gradients, warmupCalls: 0, samples: 0 });
  await checkAgainst(context, "tfjs", { gradients, allowances, kinks });
  return loss;
}
