import { ContractError } from "../../../core/errors.ts";
import { parameterShapes, type Network } from "../../../core/network/network.ts";
import type { WrittenTensor } from "../../data/safetensors.ts";
import { layerRow, type StateRow } from "../layers/layer-rows.ts";
import { namedLayers, type NamedLayer } from "../layers/named-layers.ts";

/** One tensor of torch's state_dict, and the lab's parameter that it is made of. */
export interface StateEntry extends Pick<StateRow, "form"> {
  /** "0.weight", "3.f.1.running_mean". */
  readonly key: string;
  /** "w1"; null for the count of batches. */
  readonly name: string | null;
  /** torch's. */
  readonly shape: readonly number[];
}

/** A network's state_dict, in torch's order. */
export function stateEntries(network: Network): readonly StateEntry[] {
  const shapes = new Map(parameterShapes(network).map(({ name, shape }) => [name, shape]));
  const entriesOf = ({ layer, path, names, branches }: NamedLayer): readonly StateEntry[] => {
    const known: Readonly<Partial<Record<string, string>>> = { ...names };
    const own = layerRow(layer).state.map(({ suffix, of, form }): StateEntry => {
      const name = of === null ? null : (known[of] ?? null);
      const shape = name === null ? [] : (shapes.get(name) ?? []);
      return { key: `${path}.${suffix}`, name, form, shape: torchShape(form, shape) };
    });
    return [...own, ...branches.flat().flatMap(entriesOf)];
  };
  return namedLayers(network).flatMap(entriesOf);
}

function torchShape(form: StateRow["form"], shape: readonly number[]): readonly number[] {
  switch (form) {
    case "same":
      return shape;
    case "transposed":
      return [...shape].reverse();
    case "first half":
    case "second half":
      return shape.slice(1);
    case "batches":
      return [];
  }
}

/** The transpose of a matrix (rows, columns), bit by bit the same numbers. */
export function transposed(values: Float32Array, rows: number, columns: number): Float32Array {
  const out = new Float32Array(values.length);
  // As words: a NaN keeps its bits.
  const [from, to] = [wordsOf(values), wordsOf(out)];
  for (let i = 0; i < rows; i++) {
    for (let j = 0; j < columns; j++) to[j * rows + i] = from[i * columns + j] ?? 0;
  }
  return out;
}

const wordsOf = ({ buffer, byteOffset, length }: Float32Array): Uint32Array =>
  new Uint32Array(buffer, byteOffset, length);

/**
 * The lab's parameters as torch's state_dict; `batches` is what batch norms count.
 *
 * @throws {ContractError} If a parameter is missing.
 */
export function toTorchState(
  network: Network,
  parameters: Readonly<Partial<Record<string, Float32Array>>>,
  batches: number,
): Readonly<Record<string, WrittenTensor>> {
  const tensors: Record<string, WrittenTensor> = {};
  for (const { key, name, form, shape } of stateEntries(network)) {
    if (name === null) {
      tensors[key] = { shape: [], data: BigInt64Array.of(BigInt(batches)) };
      continue;
    }
    const values = parameters[name];
    if (values === undefined) throw new ContractError(`toTorchState: there is no ${name}`);
    const half = values.length / 2;
    const [rows = 0, columns = 0] = shape;
    const data =
      form === "transposed"
        ? transposed(values, columns, rows)
        : form === "first half"
          ? values.slice(0, half)
          : form === "second half"
            ? values.slice(half)
            : values;
    tensors[key] = { shape, data };
  }
  return tensors;
}
