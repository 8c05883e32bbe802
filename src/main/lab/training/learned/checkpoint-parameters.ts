import { parameterShapes, type Network } from "../../../../core/network/network.ts";
import type { Tensor } from "../../../../core/ops/recording-ops.ts";
import type { ReferenceOps } from "../../../../core/ops/reference-ops.ts";
import type { ReferenceTensor } from "../../../../core/ops/reference-tensor.ts";
import { viewOf } from "../../../../shared/engine/tensor-view.ts";
import type { Scope } from "../../../engine/arena.ts";
import type { Checkpoint } from "../session/checkpoints.ts";

/** A checkpoint's parameters in the arena. */
export const placeParameters = (
  memory: WebAssembly.Memory,
  scope: Scope,
  network: Network,
  { state }: Checkpoint,
): Record<string, Tensor> =>
  Object.fromEntries(
    parameterShapes(network).map(({ name, shape }) => {
      const tensor = scope.tensor(name, shape);
      viewOf(memory, tensor, "float32").set(state.values[name] ?? []);
      return [name, tensor];
    }),
  );

/** The same in float64. */
export const referenceParameters = (
  ops: ReferenceOps,
  network: Network,
  { state }: Checkpoint,
): Record<string, ReferenceTensor> =>
  Object.fromEntries(
    parameterShapes(network).map(({ name, shape }) => [
      name,
      ops.from(name, shape, state.values[name] ?? []),
    ]),
  );
