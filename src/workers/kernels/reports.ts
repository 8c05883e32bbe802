import type { Kernel } from "./kernel.ts";

/** Puts the source's first element into the stream of metrics. */
export const record: Kernel<"record"> = ({ source }, context) => {
  const values =
    source.dtype === "float64" ? context.view(source, "float64") : context.view(source, "float32");
  return {
    run: () => {
      context.control.record(context.step.nameIndex, context.repeat(), values[0]!);
    },
  };
};

/** Puts the clock's reading into the stream; the plan has put a barrier before it. */
export const mark: Kernel<"mark"> = (_op, context) => {
  return {
    run: () => {
      context.control.record(context.step.nameIndex, context.repeat(), 0);
    },
  };
};
