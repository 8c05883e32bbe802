import { numelOf, type Tensor } from "../../../core/ops/recording-ops.ts";
import type { NetworkCoordinates } from "../../../core/reference/network-differences.ts";
import { sampleCoordinates } from "../../../core/reference/sample-coordinates.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { FullDifferenceAnswer } from "../../../shared/engine/worker-tasks.ts";
import { centralDifferences, type Differences } from "../compute/central-differences.ts";
import { rowBlocks } from "../compute/float64-gradients.ts";
import {
  compareSome,
  modelOf,
  runWithProgress,
  STEP,
  tensorsOf,
  type CheckContext,
} from "./check-context.ts";
import { allowancesOf, type Uncertainty } from "./float64-reference.ts";
import { makeReport } from "./make-report.ts";

/** Coordinates a tensor at which the shortcut of the differences is computed again in full. */
const PROOFS = 3;
const PROOF_STEP = 1e-5;
/** Of the largest derivative: what two ways of taking the same central difference may differ by. */
const PROOF_TOLERANCE = 1e-4;

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
  const answers = await runWithProgress<readonly FullDifferenceAnswer[]>(
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
