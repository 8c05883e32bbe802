import { isBlock } from "../../core/network/block.ts";
import { composedText } from "../specs/open-layers.ts";
import type { CellOutput } from "./cell-output.ts";

/** What a cell has defined for the other views. */
export type DefinedPart = Extract<CellOutput, { readonly kind: "activation" | "loss" | "layer" }>;
type DefinedFormula = Exclude<DefinedPart, { readonly kind: "layer" }>;

export const isDefinedPart = (output: CellOutput): output is DefinedPart =>
  output.kind === "activation" || output.kind === "loss" || output.kind === "layer";

const number = (value: number): string => String(Number(value.toPrecision(4)));

function misfitWords(part: DefinedFormula): string | null {
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

/** What is said of a part that a cell has defined, a sentence each; the formulas come first. */
export function partText(part: DefinedPart): {
  readonly title: string;
  readonly formulas: readonly string[];
  readonly sentences: readonly string[];
  readonly wrong: boolean;
} {
  const { name } = part;
  if (part.kind === "layer") {
    const { layers, backward, misfit } = part;
    const formulas = [`${name}, of n values that come in: ${composedText(layers)}`, ...(backward ?? [])];
    const drawn = layers.some((layer) => layer.type === "linear" || isBlock(layer));
    const sentences = [
      ...(drawn ? ["Its weights are drawn by the network that takes it."] : []),
      ...(misfit === null
        ? []
        : [
            `The backward is not the derivative of the forward: on made-up numbers one of ${misfit.gradient} is ${number(misfit.given)}, ` +
              `and the derivative is ${number(misfit.derived)}.`,
          ]),
    ];
    return { title: `Layer ${name}`, formulas, sentences, wrong: misfit !== null };
  }
  const { kind, forward, backward, derived } = part;
  const wrong = misfitWords(part);
  const formulas =
    kind === "activation"
      ? [`${name}(z) = ${forward}`, `dz = ${backward ?? derived}`]
      : [`${name}(y, t) = mean of ${forward}`, `slope by y = ${backward ?? derived}`];
  const sentences = [
    ...(backward === null ? ["The backward is derived."] : []),
    ...(wrong === null ? [] : [wrong]),
  ];
  const title = `${kind === "activation" ? "Activation" : "Loss"} ${name}`;
  return { title, formulas, sentences, wrong: wrong !== null };
}
