import type { Tensor } from "../../core/ops/recording-ops.ts";
import type { KernelContext } from "./kernel.ts";

/** Elements between two heartbeats. */
const BLOCK = 262_144;

/** The `reduce` phase of float32 sums: out (+)= the workers' partial results, added in the order of the workers. */
export function addFloatPartials(
  out: Tensor,
  context: KernelContext,
  options: { readonly accumulate: boolean },
): () => void {
  const { begin, end, wasm, control } = context;
  const bytes = 4 * (end - begin);
  const target = out.offsetBytes + 4 * begin;
  const partials = Array.from(
    { length: context.step.partialThreads },
    (_, worker) => context.partialOffset(worker) + 4 * begin,
  );
  return () => {
    for (let at = 0; at < bytes; at += 4 * BLOCK) {
      control.beat();
      const count = Math.min(4 * BLOCK, bytes - at);
      for (let worker = 0; worker < partials.length; worker++) {
        const partial = partials[worker]! + at;
        if (worker === 0 && !options.accumulate) wasm.copyRows(1, count, partial, 0, target + at, 0);
        else wasm.add(partial, target + at, count);
      }
    }
  };
}

/**
 * The `reduce` phase of sums: out (+)= the workers' float64 partial results, scaled, added in the order of the
 * workers.
 */
export function addPartials(
  out: Tensor,
  context: KernelContext,
  options: { readonly scale: number },
): () => void {
  const { begin, end } = context;
  const target = out.dtype === "float64" ? context.view(out, "float64") : context.view(out, "float32");
  const partials = Array.from({ length: context.step.partialThreads }, (_, worker) =>
    context.viewAt("float64", context.partialOffset(worker), target.length),
  );
  return () => {
    for (let i = begin; i < end; i++) {
      let sum = 0;
      for (const partial of partials) sum += partial[i]!;
      target[i] = sum * options.scale;
    }
  };
}
