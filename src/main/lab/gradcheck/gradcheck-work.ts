import { linearLayers, parameterShapes } from "../../../core/network/network.ts";
import { numelOf } from "../../../core/ops/recording-ops.ts";
import type { GradcheckSettings, GradientReference } from "../../../shared/experiments/gradcheck.ts";
import { networkOf } from "../../../shared/specs/network-spec.ts";
import type { ActivityPart } from "../activity/activity-handle.ts";

/** Float64 multiply-adds of a gradient check, roughly. */
export interface GradcheckWork {
  /** The float64 pass with its rounding, which every reference needs. */
  readonly analysis: number;
  /** What each reference that is asked for takes besides, in their order. */
  readonly references: readonly { readonly reference: GradientReference; readonly work: number }[];
  readonly all: number;
}

export function gradcheckWork({ network: spec, references, coordinates }: GradcheckSettings): GradcheckWork {
  const network = networkOf(spec);
  const layers = linearLayers(network);
  const { rows } = spec.data;
  const forward = layers.reduce((sum, layer) => sum + layer.in * layer.out, 0);
  const tensors = 2 * layers.length + 1;
  // After the layer of a coordinate one unit moves, then all that follow.
  const afterwards = layers.slice(1).reduce((sum, layer) => sum + layer.in * layer.out, 0) + 200;
  const sizes = parameterShapes(network).map(({ shape }) => numelOf(shape));
  const chosen = sizes.reduce((sum, size) => sum + Math.min(size, coordinates ?? Infinity), 0);
  const analysis = 10 * rows * forward;
  const cost: Readonly<Record<GradientReference, number>> = {
    float64: 0,
    "finite-difference": 2 * rows * (chosen * afterwards + 6 * tensors * forward),
    direction: 4 * 8 * tensors * rows * forward,
    tfjs: analysis + 4 * rows * forward,
  };
  return {
    analysis,
    references: references.map((reference) => ({ reference, work: cost[reference] })),
    all: references.reduce((sum, reference) => sum + cost[reference], analysis),
  };
}

/** Which part of the whole is the analysis, and which each reference, by the work in them. */
export function gradcheckParts({ analysis, references, all }: GradcheckWork): {
  readonly analysis: ActivityPart;
  readonly references: readonly { readonly reference: GradientReference; readonly part: ActivityPart }[];
} {
  let done = analysis;
  return {
    analysis: { from: 0, to: analysis / all },
    references: references.map(({ reference, work }) => {
      const from = done / all;
      done += work;
      return { reference, part: { from, to: done / all } };
    }),
  };
}
