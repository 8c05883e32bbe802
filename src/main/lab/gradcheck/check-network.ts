import {
  compareInDetail,
  excuse,
  type Allowances,
  type DetailedComparison,
  type Excused,
} from "../../../core/gradient-report.ts";
import { parameterShapes, type Network } from "../../../core/network/network.ts";
import { numelOf, type Tensor } from "../../../core/ops/recording-ops.ts";
import type { Float32Arithmetic } from "../../../core/reference/float32-arithmetic.ts";
import type { NetworkCoordinates } from "../../../core/reference/network-differences.ts";
import type { Overflow } from "../../../core/reference/network-gradients.ts";
import { sampleCoordinates } from "../../../core/reference/sample-coordinates.ts";
import type { GradcheckSettings, GradientReport } from "../../../shared/experiments/gradcheck.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type {
  DirectionAnswer,
  FullDifferenceAnswer,
  GradientReportAnswer,
  WorkerTask,
} from "../../../shared/engine/worker-tasks.ts";
import type { Scope } from "../../engine/arena.ts";
import type { Engine } from "../../engine/engine.ts";
import { equalPart, type ActivityHandle } from "../activity/activity-handle.ts";
import { centralDifferences, type Differences } from "../compute/central-differences.ts";
import type { DataTensors } from "../compute/data-rows.ts";
import { float64Gradients, rowBlocks } from "../compute/float64-gradients.ts";
import { runOnWorker, runTasks } from "../compute/programs.ts";
import type { TfjsNetwork } from "../tfjs/tfjs-network.ts";
import { makeReport } from "./make-report.ts";
import type { ComputedNetwork } from "../compute/network-setup.ts";

/** Random directions a tensor. */
const DIRECTIONS = 8;
/** Of them, those that leave out coordinates whose gradient depends on the side of a kink, where others are left. */
const DIRECTIONS_BESIDE_KINKS = 4;
/**
 * Steps of differences and directions. What moves is computed without cancellation, so they may be far smaller than the
 * usual 1e-5: nothing bends on the way, and only a pre-activation of 0 lies within a step of a kink.
 */
const STEP = 1e-100;
/**
 * Deviations of a random direction's product with the errors of a gradient: the directions are drawn without regard to
 * these, so it is normal with their norm, and none of a million exceeds this.
 */
const DIRECTION_DEVIATIONS = 5;
/** Coordinates a tensor at which the shortcut of the differences is computed again in full. */
const PROOFS = 3;
const PROOF_STEP = 1e-5;
/** Of the largest derivative: what two ways of taking the same central difference may differ by. */
const PROOF_TOLERANCE = 1e-4;
/** Streams of the seed that directions are drawn from, away from weights and samples. */
const DIRECTION_STREAM = 700;

/** What checking needs, and whom it tells. */
export interface CheckContext {
  readonly engine: Engine;
  readonly scope: Scope;
  readonly settings: GradcheckSettings;
  readonly computed: ComputedNetwork;
  readonly onReport: (report: GradientReport) => void;
  /** This reference's part of it. */
  readonly activity: ActivityHandle;
}

const tensorsOf = ({ gradients }: ComputedNetwork): readonly (readonly [string, Tensor])[] =>
  Object.entries(gradients);

/** Runs tasks with progress. */
const run = <Answer>(
  { engine, settings, activity }: CheckContext,
  tasks: readonly ((worker: number) => WorkerTask)[],
): Promise<readonly Answer[]> =>
  runTasks<Answer>(engine, tasks, {
    threads: settings.threads,
    onProgress: (done) => {
      activity.progress(done / tasks.length);
    },
  });

const modelOf = ({ network, parameters, data }: ComputedNetwork) => ({ network, parameters, ...data });

/** By how much each gradient may differ without a mistake, in the arena. */
export interface Uncertainty {
  readonly kinks: number;
  readonly overflow: Overflow | null;
  /** Float32, as large as the gradients. */
  readonly allowances: Readonly<Record<string, { readonly rounding: Tensor; readonly kinks: Tensor }>>;
}

/** Float64 gradients with their uncertainty against float32. */
export interface Float64Reference extends Uncertainty {
  readonly loss: number;
  readonly gradients: Readonly<Record<string, Tensor>>;
}

/** Tensors for float64 gradients of x and of every parameter, and for what each may differ by; nothing is written. */
export function placeReference(
  scope: Scope,
  network: Network,
  { x }: DataTensors,
): Pick<Float64Reference, "gradients" | "allowances"> {
  const learned = parameterShapes(network).filter((parameter) => parameter.learned);
  const places = [{ name: "x", shape: x.shape }, ...learned].map(({ name, shape }) => ({
    name,
    gradient: scope.tensor(`${name}.g in float64`, shape, "float64"),
    allowances: {
      rounding: scope.tensor(`rounding of ${name}.g`, shape),
      kinks: scope.tensor(`kinks of ${name}.g`, shape),
    },
  }));
  return {
    gradients: Object.fromEntries(places.map(({ name, gradient }) => [name, gradient])),
    allowances: Object.fromEntries(places.map(({ name, allowances }) => [name, allowances])),
  };
}

/** The independent backward pass over all rows, in the arena, and what `arithmetic` may round of it. */
export async function float64Reference(
  context: CheckContext,
  arithmetic: Float32Arithmetic,
): Promise<Float64Reference> {
  const { engine, scope, computed, settings, activity } = context;
  const { gradients, allowances } = placeReference(scope, computed.network, computed.data);
  const of = <T>(all: Readonly<Record<string, T>>, name: string): T => {
    const found = all[name];
    if (found === undefined) throw new RangeError(`float64Reference: there is no place for ${name}`);
    return found;
  };
  const dx = of(gradients, "x");
  const { rounding: xRounding, kinks: xKinks } = of(allowances, "x");
  // What lay there before is not 0, and only rows at a kink are written.
  viewOf(engine.arena.memory, xKinks, "float32").fill(0);
  const found = await float64Gradients(engine, {
    model: modelOf(computed),
    dx,
    threads: settings.threads,
    onProgress: activity.progress,
    rounding: { arithmetic, xRounding, xKinks },
  });
  const { loss, kinks, overflow } = found;
  const { memory } = engine.arena;
  for (const { name, learned } of parameterShapes(computed.network)) {
    if (!learned) continue;
    const { rounding, kinks: atKinks } = of(allowances, name);
    viewOf(memory, of(gradients, name), "float64").set(found.gradients[name] ?? []);
    viewOf(memory, rounding, "float32").set(found.rounding[name] ?? []);
    viewOf(memory, atKinks, "float32").set(found.allowances[name] ?? []);
  }
  return { loss, kinks, overflow, gradients, allowances };
}

const allowancesOf = ({ allowances }: Uncertainty, tensor: string): { rounding: Tensor; kinks: Tensor } => {
  const found = allowances[tensor];
  if (found === undefined) throw new RangeError(`gradient check: no allowances of ${tensor}`);
  return found;
};

/** All coordinates against whole reference gradients in the arena, which are moved by what is allowed. */
export async function checkAgainst(
  context: CheckContext,
  reference: "float64" | "tfjs",
  gradients: Readonly<Record<string, Tensor>>,
  uncertainty: Uncertainty,
): Promise<void> {
  const { engine, settings, computed, onReport } = context;
  for (const [tensor, ours] of tensorsOf(computed)) {
    const expected = gradients[tensor];
    if (expected === undefined) throw new RangeError(`gradient check: no reference of ${tensor}`);
    const answer = await runOnWorker<GradientReportAnswer>(engine, (worker) => ({
      kind: "gradientReport",
      worker,
      ours,
      reference: expected,
      allowances: allowancesOf(uncertainty, tensor),
    }));
    const { kinks, overflow } = uncertainty;
    onReport(
      makeReport(answer, {
        reference,
        tensor,
        shape: ours.shape,
        complete: true,
        kinks,
        places: null,
        overflow,
        heatMap: answer.heatMap,
        tolerance: settings.tolerance,
        excused: answer.excused,
      }),
    );
  }
}

/** Compares what is few enough for main's own thread. */
function compareSome(
  ours: readonly number[],
  reference: readonly number[],
  allowances: Allowances,
): { readonly comparison: DetailedComparison; readonly excused: Excused } {
  const expected = Float64Array.from(reference);
  const excused = excuse(ours, expected, allowances);
  return { comparison: compareInDetail(ours, expected), excused };
}

/** Central differences at these coordinates. */
const differencesAt = (
  { engine, computed, settings, activity }: CheckContext,
  coordinates: NetworkCoordinates,
  step: number,
): Promise<Differences> =>
  centralDifferences(engine, {
    model: modelOf(computed),
    coordinates,
    step,
    threads: settings.threads,
    onProgress: activity.progress,
  });

/**
 * Central differences at all coordinates or a seeded sample. @returns how the shortcut was proven, for a note.
 */
export async function checkByDifferences(context: CheckContext, uncertainty: Uncertainty): Promise<string> {
  const { engine, settings, computed, onReport } = context;
  const { memory } = engine.arena;
  const sizes = Object.fromEntries(tensorsOf(computed).map(([name, { shape }]) => [name, numelOf(shape)]));
  const chosen = sampleCoordinates(settings.network.seed, sizes, settings.coordinates ?? Infinity);
  const found = await differencesAt(context, chosen, STEP);
  for (const [tensor, ours] of tensorsOf(computed)) {
    const all = found[tensor] ?? [];
    const usable = all.filter(({ crossings }) => crossings === 0);
    const places = usable.map(({ coordinate }) => coordinate);
    const at = (values: Tensor): number[] => {
      const view = viewOf(memory, values, "float32");
      return places.map((coordinate) => view[coordinate] ?? NaN);
    };
    const { rounding, kinks } = allowancesOf(uncertainty, tensor);
    const { comparison, excused } = compareSome(
      at(ours),
      usable.map(({ derivative }) => derivative),
      { rounding: at(rounding), kinks: at(kinks) },
    );
    onReport(
      makeReport(comparison, {
        reference: "finite-difference",
        tensor,
        shape: ours.shape,
        excused,
        complete: usable.length === numelOf(ours.shape),
        kinks: all.length - usable.length,
        overflow: uncertainty.overflow,
        places,
        heatMap: null,
        tolerance: settings.tolerance,
      }),
    );
  }
  return proveShortcut(context, found);
}

/** Computes the loss in full on both sides of some coordinates, and compares with the shortcut at the same step. */
async function proveShortcut(context: CheckContext, differences: Differences): Promise<string> {
  const { computed } = context;
  const chosen = Object.fromEntries(
    Object.entries(differences).map(([tensor, all]) => {
      const usable = all.filter(({ crossings }) => crossings === 0);
      const stride = Math.max(1, Math.floor(usable.length / PROOFS));
      const some = usable.filter((_, i) => i % stride === 0).slice(0, PROOFS);
      return [tensor, some.map(({ coordinate }) => coordinate)];
    }),
  );
  const short = await differencesAt(context, chosen, PROOF_STEP);
  const places = Object.entries(short).flatMap(([tensor, all]) =>
    all.map(({ coordinate, derivative }) => ({ tensor, coordinate, derivative })),
  );
  const model = modelOf(computed);
  const answers = await run<readonly FullDifferenceAnswer[]>(
    context,
    rowBlocks(model).map((block) => (worker) => ({
      kind: "fullDifferences",
      worker,
      model,
      block,
      places,
      step: PROOF_STEP,
    })),
  );
  let [worst, unclear, told] = [0, 0, 0];
  places.forEach(({ tensor, derivative }, i) => {
    const total = (kind: keyof FullDifferenceAnswer): number =>
      answers.reduce((sum, part) => sum + (part[i]?.[kind] ?? NaN), 0);
    const largest = (differences[tensor] ?? []).reduce(
      (most, one) => Math.max(most, Math.abs(one.derivative)),
      0,
    );
    const difference = Math.abs(total("difference") - derivative);
    if (!Number.isFinite(difference)) unclear++;
    else if (difference <= total("noise")) told++;
    else worst = Math.max(worst, (difference - total("noise")) / largest);
  });
  const said = `${places.length} of the finite differences were computed again with the whole loss on both sides`;
  const rounded = told === 0 ? "" : `; ${told} of them differ by no more than float64 rounds of the loss`;
  if (unclear > 0) return `${said}: ${unclear} of them are no numbers, because float64 overflows too.`;
  if (told === places.length) return `${said}: they agree to what float64 rounds of the loss.`;
  return worst <= PROOF_TOLERANCE
    ? `${said}: they agree to ${worst.toPrecision(2)} of the largest${rounded}.`
    : `${said}: they differ by ${worst.toPrecision(2)} of the largest, more than ${PROOF_TOLERANCE} and than float64 rounds: the finite differences of this check are not to be trusted.`;
}

/** √Σ a²: the deviation of a ± a along a direction of length 1 is this over √n. */
function normOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value * value;
  return Math.sqrt(sum);
}

/** Derivatives along random directions of each tensor, from the loss alone. */
export async function checkByDirections(context: CheckContext, uncertainty: Uncertainty): Promise<void> {
  const { engine, settings, computed, onReport, activity } = context;
  const { memory } = engine.arena;
  const { seed } = settings.network;
  const { gradients } = computed;
  const model = modelOf(computed);
  const tensors = tensorsOf(computed);
  for (const [index, [tensor, ours]] of tensors.entries()) {
    const { rounding, kinks } = allowancesOf(uncertainty, tensor);
    const atKinks = viewOf(memory, kinks, "float32");
    const anyBeside = atKinks.includes(0);
    const isBeside = (number: number): boolean => anyBeside && number < DIRECTIONS_BESIDE_KINKS;
    const directions = Array.from({ length: DIRECTIONS }, (_, number) => ({
      tensor,
      beside: isBeside(number) ? kinks : null,
      step: STEP,
      seed,
      stream: DIRECTION_STREAM + index * DIRECTIONS + number,
    }));
    const part = { ...context, activity: activity.part(equalPart(index, tensors.length)) };
    const answers = await run<readonly DirectionAnswer[]>(
      part,
      rowBlocks(model).map((block) => (worker) => ({
        kind: "directions",
        worker,
        model,
        block,
        directions,
        gradients,
      })),
    );
    const total = (kind: keyof DirectionAnswer): number[] =>
      directions.map((_, i) => answers.reduce((sum, answer) => sum + (answer[i]?.[kind] ?? NaN), 0));
    const allowed = (of: Tensor): number => {
      const deviation = normOf(viewOf(memory, of, "float32")) / Math.sqrt(numelOf(ours.shape));
      return DIRECTION_DEVIATIONS * deviation;
    };
    const [ofRounding, ofKinks] = [allowed(rounding), allowed(kinks)];
    const { comparison, excused } = compareSome(total("dot"), total("difference"), {
      rounding: directions.map(() => ofRounding),
      kinks: directions.map((_, number) => (isBeside(number) ? 0 : ofKinks)),
    });
    onReport(
      makeReport(comparison, {
        reference: "direction",
        tensor,
        shape: ours.shape,
        complete: false,
        kinks: 0,
        excused,
        places: null,
        heatMap: null,
        tolerance: settings.tolerance,
        overflow: uncertainty.overflow,
      }),
    );
  }
}

/** TensorFlow.js derives the gradients itself; both round, so both allowances count. @returns its loss. */
export async function checkByTfjs(
  context: CheckContext,
  tfjs: TfjsNetwork,
  certain: Uncertainty,
): Promise<number> {
  const { engine, computed } = context;
  const scope = engine.arena.scope();
  try {
    const theirs = await float64Reference({ ...context, scope }, "tfjs");
    const gradients = Object.fromEntries(
      tensorsOf(computed).map(([name, { shape }]) => [
        name,
        scope.tensor(`${name}.g of TensorFlow.js`, shape),
      ]),
    );
    const { network, data, parameters } = computed;
    const { loss } = await tfjs.run({ network, ...data, parameters, gradients, warmupCalls: 0, samples: 0 });
    for (const [name] of tensorsOf(computed)) {
      addTo(engine, allowancesOf(theirs, name).rounding, allowancesOf(certain, name).rounding);
    }
    await checkAgainst(context, "tfjs", gradients, theirs);
    return loss;
  } finally {
    scope.release();
  }
}

/** sum += part. */
function addTo(engine: Engine, sum: Tensor, part: Tensor): void {
  const [total, added] = [sum, part].map((tensor) => viewOf(engine.arena.memory, tensor, "float32"));
  if (total === undefined || added === undefined) return;
  for (let i = 0; i < total.length; i++) total[i] = (total[i] ?? NaN) + (added[i] ?? NaN);
}
