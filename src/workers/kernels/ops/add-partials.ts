import type { Tensor } from "../../../core/ops/recording-ops.ts";
import type { CompiledKernel, KernelContext } from "./kernel.ts";

/** Elements between two heartbeats. */
const BLOCK = 262_144;

/** The `reduce` phase of float32 sums: out (+)= the workers' partial results, added in the order of the workers. */
export function addFloatPartials(
  out: Tensor,
  context: KernelContext,
  options: { readonly accumulate: boolean },
): CompiledKernel {
  const { kernels, control } = context;
  const target = out.offsetBytes;
  const partials = Array.from({ length: context.step.partialThreads }, (_, worker) =>
    context.partialOffset(worker),
  );
  return {
    run: (begin, end) => {
      for (let first = begin; first < end; first += BLOCK) {
        control.beat();
        const at = 4 * first;
        const bytes = 4 * Math.min(BLOCK, end - first);
        for (let worker = 0; worker < partials.length; worker++) {
          const partial = partials[worker]! + at;
          if (worker === 0 && !options.accumulate) kernels.copyRows(1, bytes, partial, 0, target + at, 0);
          else kernels.addInto(target + at, partial, target + at, bytes);
        }
      }
    },
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
): CompiledKernel {
  const target = out.dtype === "float64" ? context.view(out, "float64") : context.view(out, "float32");
  const partials = Array.from({ length: context.step.partialThreads }, (_, worker) =>
    context.viewAt("float64", context.partialOffset(worker), target.length),
  );
  return {
    run: (begin, end) => {
      for (let i = begin; i < end; i++) {
        let sum = 0;
        for (const partial of partials) sum += partial[i]!;
        target[i] = sum * options.scale;
      }
    },
  };
}
