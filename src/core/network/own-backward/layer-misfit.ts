import { ContractError } from "../../errors.ts";
import type { Ops } from "../../ops/op.ts";
import { ReferenceOps } from "../../ops/reference-ops.ts";
import { numelOf } from "../../ops/recording-ops.ts";
import type { ReferenceTensor } from "../../ops/reference-tensor.ts";
import { hash32 } from "../../random/hash.ts";
import { buildNetwork } from "../build-network.ts";
import { parameterShapes, type Layer } from "../network.ts";
import { withBackward } from "./own-backward.ts";

/** A number of a gradient of which a backward of one's own gives another than the derivative. */
export interface LayerMisfit {
  /** "dx", "dw1", … */
  readonly gradient: string;
  readonly given: number;
  readonly derived: number;
}

const ROWS = 5;
/** Of one tensor: what takes a moment. */
const MOST_ELEMENTS = 2 ** 24;
/** Of the largest number of a gradient: numbers in lines are rounded to float32. */
const RTOL = 1e-6;
/** What is smaller counts as nothing beside it. */
const SMALLEST = 1e-6;

/** Numbers in ±1, other ones for another name. */
const numbers = (name: string, count: number): Float64Array => {
  let key = count;
  for (let at = 0; at < name.length; at++) key = hash32(key ^ name.charCodeAt(at));
  return Float64Array.from({ length: count }, (_, place) => (2 * hash32(key ^ hash32(place))) / 2 ** 32 - 1);
};

/**
 * Compares the gradients that a layer's own backward gives with the lab's in float64, on made-up numbers.
 *
 * @returns The largest difference; null where all agree.
 * @throws {ContractError} If a tensor is too large, or the backward's shapes do not fit.
 */
export function layerMisfit(
  layers: readonly Layer[],
  inputs: number,
  lines: readonly string[],
): LayerMisfit | null {
  const gradientsOf = (of: readonly Layer[]) => {
    const reference = new ReferenceOps();
    const ops: Ops<ReferenceTensor> = {
      tensor: (name, shape, dtype) => {
        if (numelOf(shape) <= MOST_ELEMENTS) return reference.tensor(name, shape, dtype);
        throw new ContractError(
          `${name} has ${numelOf(shape).toPrecision(3)} elements for ${ROWS} rows, too many to be compared with the derivative here; a gradient check does`,
        );
      },
      run: (op) => reference.run(op),
    };
    const made = (name: string, shape: readonly number[]): ReferenceTensor => {
      const tensor = ops.tensor(name, shape);
      tensor.data.set(numbers(name, numelOf(shape)));
      return tensor;
    };
    const network = { layers: of, loss: "mse" } as const;
    const outputs = of.reduce((width, layer) => (layer.type === "linear" ? layer.out : width), inputs);
    const parameters = Object.fromEntries(
      parameterShapes(network).map(({ name, shape }) => [name, made(name, shape)]),
    );
    const [x, y] = [made("x", [ROWS, inputs]), made("y", [ROWS, outputs])];
    return buildNetwork(ops, network, { x, y, parameters }).backward();
  };
  const given = gradientsOf(withBackward(layers, "own", lines));
  const derived = gradientsOf(layers);
  for (const [name, { data: expected }] of Object.entries(derived)) {
    const { data } = given[name];
    let largest = SMALLEST;
    for (const value of expected) largest = Math.max(largest, Math.abs(value));
    let [worst, most] = [-1, RTOL * largest];
    for (let place = 0; place < expected.length; place++) {
      const off = Math.abs(data[place] - expected[place]);
      // NaN is off as well.
      if (!(off <= most)) [worst, most] = [place, off];
    }
    if (worst >= 0) return { gradient: `d${name}`, given: data[worst], derived: expected[worst] };
  }
  return null;
}
