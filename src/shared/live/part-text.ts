import type { CellOutput } from "./cell-output.ts";

/** What a cell has defined for the other views. */
export type DefinedPart = Extract<CellOutput, { readonly kind: "activation" | "loss" }>;

const number = (value: number): string => String(Number(value.toPrecision(4)));

function misfitWords(part: DefinedPart): string | null {
  if (part.misfit === null) return null;
  const { given, derived } = part.misfit;
  const at =
    part.kind === "activation"
      ? `z = ${number(part.misfit.z)}, dy = 1`
      : `y = ${number(part.misfit.y)}, t = ${number(part.misfit.t)}`;
  return (
    `The backward is not the derivative of the forward: at ${at} it gives ${number(given)}, ` +
    `and the slope is ${number(derived)}. Derived: ${part.kind === "activation" ? "dz" : "slope"} = ${part.derived}`
  );
}

/** What is said of an activation or a loss that a cell has defined, a sentence each; the formulas come first. */
export function partText(part: DefinedPart): {
  readonly formulas: readonly string[];
  readonly sentences: readonly string[];
} {
  const { kind, name, forward, backward, derived } = part;
  const wrong = misfitWords(part);
  const formulas =
    kind === "activation"
      ? [`${name}(z) = ${forward}`, `dz = ${backward ?? derived}`]
      : [`${name}(y, t) = mean of ${forward}`, `slope by y = ${backward ?? derived}`];
  const sentences = [
    ...(backward === null ? ["The backward is derived."] : []),
    ...(wrong === null ? [] : [wrong]),
  ];
  return { formulas, sentences };
}
