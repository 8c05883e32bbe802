import type { Kernel } from "./kernel.ts";

export const lookUp: Kernel<"lookUp"> = ({ values, counter, out }, context) => {
  const table = context.view(values, "float32");
  const at = context.view(counter, "float64");
  const target = context.view(out, "float32");
  return {
    run: () => {
      target[0] = table[at[0]! % table.length]!;
    },
  };
};

export const advance: Kernel<"advance"> = ({ counter }, context) => {
  const value = context.view(counter, "float64");
  return {
    run: () => {
      value[0] = value[0]! + 1;
    },
  };
};
