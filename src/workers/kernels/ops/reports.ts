import type { Kernel } from "./kernel.ts";

/** Puts one element of the source into the stream of metrics. */
export const record: Kernel<"record"> = ({ source, index = 0 }, context) => {
  const values =
    source.dtype === "float64" ? context.view(source, "float64") : context.view(source, "float32");
  return {
    run: () => {
      context.control.record(context.step.nameIndex, context.repeat(), values[index]!);
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
