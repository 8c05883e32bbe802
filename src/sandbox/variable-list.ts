import * as v from "valibot";
import { numelOf } from "../core/ops/recording-ops.ts";
import { showShape } from "../core/tensor/shapes.ts";
import type { TensorNode } from "../core/tensor/tensor-node.ts";
import { liveVariableSchema, type LiveVariable } from "../shared/live/live-session.ts";
import type { LeftVariables } from "../shared/live/sandbox-protocol.ts";

/** What the language tells of a variable. */
export interface ToldVariable {
  readonly name: string;
  readonly kind: string;
  readonly text: string;
  readonly mark: string;
  readonly gradientMark: string;
}

type Variable = Omit<LiveVariable, "cell">;

const MOST_VARIABLES = 2_000;
const NO_GRADIENT = ["", "/"];

/** The cells' variables after each cell, and which of them it has changed. */
export class VariableList {
  #before = new Map<string, ToldVariable>();
  #told = new Map<string, ToldVariable>();
  #variables: Variable[] = [];

  add(told: ToldVariable, tensor: TensorNode | null): void {
    if (this.#variables.length === MOST_VARIABLES) return;
    const kind = v.safeParse(liveVariableSchema.entries.kind, told.kind);
    this.#told.set(told.name, told);
    this.#variables.push({
      name: told.name,
      kind: kind.success ? kind.output : "other",
      shape: tensor === null ? [] : [...tensor.shape],
      dtype: tensor?.dtype ?? "",
      bytes: tensor?.storage ? 4 * numelOf(tensor.shape) : 0,
      gradient: !NO_GRADIENT.includes(told.gradientMark),
      text: tensor === null ? told.text : `${tensor.dtype} ${showShape(tensor.shape)}`,
    });
  }

  /** @param inspect Has the language tell all variables; false where it did not come to an end. */
  after(inspect: () => boolean): LeftVariables {
    this.#told = new Map();
    this.#variables = [];
    if (!inspect()) return { variables: null, changes: [] };
    const changes: string[] = [];
    for (const [name, { mark, gradientMark }] of this.#told) {
      const before = this.#before.get(name);
      if (before === undefined) continue;
      if (before.mark !== mark) changes.push(name);
      if (before.gradientMark !== gradientMark) changes.push(`${name}.g`);
    }
    this.#before = this.#told;
    return { variables: this.#variables, changes };
  }
}
