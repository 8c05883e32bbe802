import * as v from "valibot";
import { ContractError } from "../core/errors.ts";
import { derive } from "../core/expression/derive.ts";
import { call, DY, type InputName } from "../core/expression/expression.ts";
import { backwardMisfit, readOwnActivation } from "../core/expression/own-activation.ts";
import { lossMisfit, readOwnLoss } from "../core/expression/own-loss.ts";
import { writeFormula } from "../core/expression/write-formula.ts";
import type { LayerMisfit } from "../core/network/own-backward/layer-misfit.ts";
import { writeLines, type NamedTensor } from "../core/network/own-backward/write-lines.ts";
import { elementFormula, FormulaError } from "../core/tensor/element-formula.ts";
import { sameShape, showShape } from "../core/tensor/shapes.ts";
import type { SourceLine, TensorNode } from "../core/tensor/tensor-node.ts";
import { composedLayerSchema, layerSpecSchema, type ComposedLayer } from "../shared/specs/layer-spec.ts";
import { ownBackwardMisfit, ownBackwardProblem } from "../shared/specs/network-spec.ts";
import { ownLossSpecSchema } from "../shared/specs/own-part-spec.ts";
import type { CellOutputs } from "./cell-outputs.ts";
import { GuestError } from "./guest-error.ts";

export const PART_KINDS = ["activation", "loss"] as const;
export type PartKind = (typeof PART_KINDS)[number];

/** What `activation` or `lossFunction` was given, as formulas. */
export interface DefinedFormulas {
  readonly name: string;
  readonly forward: string;
  readonly backward: string | null;
  readonly place: SourceLine | null;
}

/** The same of `ownLayer`: JSON of its layers, and the lines of its backward. */
export interface DefinedLayer {
  readonly name: string;
  readonly layers: string;
  readonly backward: readonly string[] | null;
  readonly place: SourceLine | null;
}

/** Values that come into a layer whose backward is compared with the derivative. */
const TRIED_WIDTH = 6;

const NAMES: Readonly<Record<PartKind, readonly [InputName, InputName]>> = {
  activation: ["z", "dy"],
  loss: ["y", "t"],
};

/** What a mean at a loss's end is taken of: the lab takes it itself. */
function beforeMean(out: TensorNode): TensorNode {
  const isMean = out.op.kind === "reduce" && out.op.fn === "mean" && out.shape.length === 0;
  return (isMean ? out.inputs[0] : undefined) ?? out;
}

/** Writes what a cell's function does with tensors as a formula of one element, and says what has been defined. */
export class FormulaWriter {
  readonly #outputs: CellOutputs;

  constructor(outputs: CellOutputs) {
    this.#outputs = outputs;
  }

  /** @param first The first that was recorded for the function. @throws {FormulaError} If it is none of one element. */
  write(kind: PartKind, given: TensorNode, first: TensorNode, second: TensorNode): string {
    const [one, other] = NAMES[kind];
    const inputs = new Map<TensorNode, InputName>([
      [first, one],
      [second, other],
    ]);
    const out = kind === "loss" ? beforeMean(given) : given;
    const formula = writeFormula(elementFormula(out, inputs, first.id));
    if (sameShape(out.shape, first.shape)) return formula;
    throw new FormulaError(
      `of ${one} ${showShape(first.shape)} it makes ${showShape(out.shape)}, and every element has a result of its own`,
      out.line,
    );
  }

  /**
   * The lines of a layer's backward.
   *
   * @param names Of its parameters, none as [""].
   * @param nodes x, y, dy and the parameters; then the gradients of x and of the parameters.
   * @throws {FormulaError} If no line says an operation.
   */
  writeBackward(names: readonly string[], nodes: readonly TensorNode[]): string {
    const parameters = names.filter((name) => name !== "");
    const given = ["x", "y", "dy", ...parameters];
    const gradients = ["x", ...parameters];
    const named = (all: readonly string[], from: number, before: string): NamedTensor[] =>
      all.flatMap((name, at) => {
        const node = nodes[from + at];
        return node === undefined ? [] : [{ name: before + name, node, transposed: name.startsWith("w") }];
      });
    const [x] = nodes;
    return writeLines(named(given, 0, ""), named(gradients, given.length, "d"), x?.id ?? 0).join("\n");
  }

  /** @param layers JSON of what it is made of. @throws {GuestError} If a network's spec would not take it. */
  defineLayer({ name, layers, backward, place }: DefinedLayer): void {
    const said: unknown = JSON.parse(layers);
    const own = { type: "ownLayer", name, layers: said, ...(backward === null ? {} : { backward }) };
    const parsed = v.safeParse(composedLayerSchema, own);
    if (!parsed.success)
      throw new GuestError("TypeError", `ownLayer("${name}"): ${parsed.issues[0].message}`);
    const layer = parsed.output;
    const problem = ownBackwardProblem(layer, TRIED_WIDTH);
    if (problem !== "") throw new GuestError("TypeError", `ownLayer("${name}"), backward: ${problem}`);
    const misfit = this.#compared(layer, place);
    const lines = layer.backward ?? null;
    this.#outputs.add({ kind: "layer", name, layers: layer.layers, backward: lines, misfit, place });
  }

  /** Where a layer's backward is not the derivative; a notice where that would take too long. */
  #compared(layer: ComposedLayer, place: SourceLine | null): LayerMisfit | null {
    try {
      return ownBackwardMisfit(layer, TRIED_WIDTH);
    } catch (error) {
      if (!(error instanceof ContractError)) throw error;
      this.#outputs.add({ kind: "notice", text: `${layer.name}, its backward: ${error.message}.`, place });
      return null;
    }
  }

  /** @throws {GuestError} If a network's spec would not take it. */
  define(kind: PartKind, { name, forward, backward, place }: DefinedFormulas): void {
    const own = { name, forward, ...(backward === null ? {} : { backward }) };
    const parsed =
      kind === "activation"
        ? v.safeParse(layerSpecSchema, { type: "own", ...own })
        : v.safeParse(ownLossSpecSchema, own);
    const problem = parsed.issues?.[0].message;
    if (problem !== undefined) throw new GuestError("FormulaError", problem);
    const said = { name, forward, backward, place };
    if (kind === "activation") {
      const functions = readOwnActivation({ kind: "own", name, forward, backward });
      const derived = writeFormula(call("mul", DY, derive(functions.forward)));
      this.#outputs.add({ kind, ...said, derived, misfit: backwardMisfit(functions) });
      return;
    }
    const functions = readOwnLoss({ forward, backward });
    const derived = writeFormula(functions.derivative);
    this.#outputs.add({ kind, ...said, derived, misfit: lossMisfit(functions) });
  }
}
