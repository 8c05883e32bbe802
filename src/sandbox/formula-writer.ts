import * as v from "valibot";
import { derive } from "../core/expression/derive.ts";
import { call, DY, type InputName } from "../core/expression/expression.ts";
import { backwardMisfit, readOwnActivation } from "../core/expression/own-activation.ts";
import { writeFormula } from "../core/expression/write-formula.ts";
import { elementFormula, FormulaError } from "../core/tensor/element-formula.ts";
import { sameShape, showShape } from "../core/tensor/shapes.ts";
import type { SourceLine, TensorNode } from "../core/tensor/tensor-node.ts";
import { layerSpecSchema } from "../shared/specs/network-spec.ts";
import type { CellOutputs } from "./cell-outputs.ts";
import { GuestError } from "./guest-error.ts";

/** What `activation` was given, as formulas. */
export interface DefinedActivation {
  readonly name: string;
  readonly forward: string;
  readonly backward: string | null;
  readonly place: SourceLine | null;
}

/** Writes what a cell's function does with tensors as a formula of one element, and says what has been defined. */
export class FormulaWriter {
  readonly #outputs: CellOutputs;

  constructor(outputs: CellOutputs) {
    this.#outputs = outputs;
  }

  /** @param z The first that was recorded for the function. @throws {FormulaError} If it is none of one element. */
  write(out: TensorNode, z: TensorNode, dy: TensorNode | null): string {
    const inputs = new Map<TensorNode, InputName>([[z, "z"]]);
    if (dy !== null) inputs.set(dy, "dy");
    const formula = writeFormula(elementFormula(out, inputs, z.id));
    if (sameShape(out.shape, z.shape)) return formula;
    throw new FormulaError(
      `of z ${showShape(z.shape)} it makes ${showShape(out.shape)}, and an activation keeps the shape`,
      out.line,
    );
  }

  /** @throws {GuestError} If a network's spec would not take it. */
  define({ name, forward, backward, place }: DefinedActivation): void {
    const layer = { type: "own", name, forward, ...(backward === null ? {} : { backward }) };
    const problem = v.safeParse(layerSpecSchema, layer).issues?.[0]?.message;
    if (problem !== undefined) throw new GuestError("FormulaError", problem);
    const functions = readOwnActivation({ kind: "own", name, forward, backward });
    this.#outputs.add({
      kind: "activation",
      name,
      forward,
      backward,
      derived: writeFormula(call("mul", DY, derive(functions.forward))),
      misfit: backwardMisfit(functions),
      place,
    });
  }
}
