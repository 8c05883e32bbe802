import { parameterShapes, type Network } from "../../../core/network/network.ts";
import type { Tensor } from "../../../core/ops/recording-ops.ts";
import type { Float32Arithmetic } from "../../../core/reference/float32-arithmetic.ts";
import type { Overflow } from "../../../core/reference/network-gradients.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { Scope } from "../../engine/arena.ts";
import type { DataTensors } from "../compute/data-rows.ts";
import { float64Gradients } from "../compute/float64-gradients.ts";
import { modelOf, type CheckContext } from "./check-context.ts";

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

export const allowancesOf = (
  { allowances }: Uncertainty,
  tensor: string,
): { rounding: Tensor; kinks: Tensor } => {
  const found = allowances[tensor];
  if (found === undefined) throw new RangeError(`gradient check: no allowances of ${tensor}`);
  return found;
};
