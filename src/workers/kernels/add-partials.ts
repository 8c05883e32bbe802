import type { Tensor } from "../../core/ops/recording-ops.ts";
import type { KernelContext } from "./kernel.ts";

/**
 * The `reduce` phase of sums: out (+)= the workers' partial results of the given type, added in the order of the
 * workers in that type's precision.
 */
export function addPartials(
  out: Tensor,
  context: KernelContext,
  options: {
    readonly partialType: "float32" | "float64";
    readonly accumulate: boolean;
    readonly scale: number;
    /** The partial results are (p, q) where out is (q, p). */
    readonly transposedFrom?: readonly [number, number];
  },
): () => void {
  const { begin, end } = context;
  const target = out.dtype === "float64" ? context.view(out, "float64") : context.view(out, "float32");
  const partials = Array.from({ length: context.step.partialThreads }, (_, worker) =>
    context.viewAt(options.partialType, context.partialOffset(worker), target.length),
  );
  const round = options.partialType === "float32" ? Math.fround : (value: number): number => value;
  if (options.transposedFrom !== undefined) {
    const [outColumns, outRows] = options.transposedFrom;
    return () => {
      for (let i = begin; i < end; i++) {
        const row = Math.trunc(i / outColumns);
        const at = (i - row * outColumns) * outRows + row;
        let sum = options.accumulate ? target[i]! : 0;
        for (const partial of partials) sum = round(sum + partial[at]!);
        target[i] = sum * options.scale;
      }
    };
  }
  return () => {
    for (let i = begin; i < end; i++) {
      let sum = options.accumulate ? target[i]! : 0;
      for (const partial of partials) sum = round(sum + partial[i]!);
      target[i] = sum * options.scale;
    }
  };
}
