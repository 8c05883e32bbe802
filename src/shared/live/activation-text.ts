import type { CellOutput } from "./cell-output.ts";

type DefinedActivation = Extract<CellOutput, { readonly kind: "activation" }>;

const number = (value: number): string => String(Number(value.toPrecision(4)));

/** What is said of an activation that a cell has defined, a sentence each; the formulas come first. */
export function activationText({ name, forward, backward, derived, misfit }: DefinedActivation): {
  readonly formulas: readonly string[];
  readonly sentences: readonly string[];
} {
  const wrong =
    misfit === null
      ? []
      : [
          `The backward is not the derivative of the forward: at z = ${number(misfit.z)}, dy = 1 it gives ` +
            `${number(misfit.given)}, and the slope is ${number(misfit.derived)}. Derived: dz = ${derived}`,
        ];
  return {
    formulas: [`${name}(z) = ${forward}`, `dz = ${backward ?? derived}`],
    sentences: [...(backward === null ? ["The backward is derived."] : []), ...wrong],
  };
}
