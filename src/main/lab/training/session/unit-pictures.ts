import { buildNetwork } from "../../../../core/network/build-network.ts";
import type { Network } from "../../../../core/network/network.ts";
import type { Program, Tensor } from "../../../../core/ops/recording-ops.ts";
import type { UnitPictures } from "../../../../shared/experiments/learned.ts";
import { viewOf } from "../../../../shared/engine/tensor-view.ts";
import type { Scope } from "../../../engine/arena.ts";
import type { Engine } from "../../../engine/engine.ts";
import type { DataTensors, TrainingRows } from "../../compute/data-rows.ts";
import { execute, record } from "../../compute/programs.ts";
import { probabilitiesOf } from "../learned/judge-predictions.ts";

/** Points of the grid along each axis: drawn larger, and smoothed. */
const SIDE = 40;
/** By how much of its width the picture goes beyond the data. */
const MARGIN = 0.15;
const MOST_UNITS = 48;
const MOST_POINTS = 400;
const MOST_BYTE = 255;

interface PlaneOptions {
  readonly network: Network;
  readonly parameters: Readonly<Record<string, Tensor>>;
  readonly data: DataTensors;
}

/** A network over a grid of the plane. */
interface PlaneProgram {
  readonly grid: Tensor;
  readonly y: Tensor;
  readonly program: Program;
  readonly out: Tensor;
  readonly units: readonly { readonly title: string; readonly tensor: Tensor; readonly unit: number }[];
}

/** Whether pictures are taken of a training on these rows. */
export const isPlane = ({ x, byteValues }: TrainingRows): boolean => x.shape[1] === 2 && byteValues === null;

/** Records the network over the grid into `scope`; nothing is written. */
export function recordPlane(scope: Scope, { network, parameters, data }: PlaneOptions): PlaneProgram {
  const grid = scope.tensor("grid of the plane", [SIDE * SIDE, 2]);
  const y = scope.tensor("no targets", [SIDE * SIDE, ...data.y.shape.slice(1)]);
  let out: Tensor | undefined;
  const units: { title: string; tensor: Tensor; unit: number }[] = [];
  const program = record(scope, (ops) => {
    const built = buildNetwork(ops, network, { x: grid, y, parameters });
    out = built.outputs.at(-1)?.out;
    const hidden = built.outputs.filter(({ layer }) => layer.type === "relu" || layer.type === "activation");
    for (const [index, { out: tensor }] of hidden.entries()) {
      const [, width = 1] = tensor.shape;
      for (let unit = 0; unit < width && units.length < MOST_UNITS; unit++) {
        units.push({ title: `layer ${index + 1}, unit ${unit + 1}`, tensor, unit });
      }
    }
  });
  if (out === undefined) throw new TypeError("recordPlane: the network has no output");
  return { grid, y, program, out, units };
}

/** What a network makes of a plane: for data of two features, on a grid around the training rows. */
export class PictureTaker {
  readonly #engine: Engine;
  readonly #network: Network;
  readonly #program: Program;
  readonly #out: Tensor;
  readonly #units: PlaneProgram["units"];
  readonly #frame: Pick<UnitPictures, "side" | "lo" | "hi" | "points">;

  /** Records the network over the grid into `scope`. */
  constructor(engine: Engine, scope: Scope, options: PlaneOptions) {
    this.#engine = engine;
    this.#network = options.network;
    const { memory } = engine.arena;
    const values = viewOf(memory, options.data.x, "float32");
    const labels = viewOf(memory, options.data.y, "float32");
    const [lo, hi] = frameOf(values);
    const { grid, y, program, out, units } = recordPlane(scope, options);
    const places = viewOf(memory, grid, "float32");
    for (let i = 0; i < SIDE * SIDE; i++) {
      const [column, row] = [i % SIDE, Math.floor(i / SIDE)];
      places[2 * i] = lo[0] + ((hi[0] - lo[0]) * column) / (SIDE - 1);
      // The first row is on top.
      places[2 * i + 1] = hi[1] - ((hi[1] - lo[1]) * row) / (SIDE - 1);
    }
    viewOf(memory, y, "float32").fill(0);
    const rows = labels.length / Math.max(1, options.data.y.shape[1] ?? 1);
    const stride = Math.max(1, Math.ceil(rows / MOST_POINTS));
    const shown = Array.from({ length: Math.ceil(rows / stride) }, (_, i) => i * stride);
    this.#frame = {
      side: SIDE,
      lo,
      hi,
      points: Float32Array.from(
        shown.flatMap((row) => [values[2 * row] ?? NaN, values[2 * row + 1] ?? NaN, labels[row] ?? NaN]),
      ),
    };
    this.#program = program;
    this.#out = out;
    this.#units = units;
  }

  /** Runs the network as its parameters are now. @throws {ExperimentCancelled} @throws {TaskError} */
  async take(threads: number): Promise<UnitPictures> {
    await execute(this.#engine, [{ program: this.#program, repeats: 1 }], { threads });
    const { memory } = this.#engine.arena;
    const out = viewOf(memory, this.#out, "float32");
    const width = out.length / (SIDE * SIDE);
    const { loss } = this.#network;
    const asNumbers = probabilitiesOf(loss, [0]).length === 0;
    return {
      ...this.#frame,
      ...(asNumbers
        ? { classes: null, shares: bytesOf(out, width, 0, rangeOf(out, width, 0)) }
        : mostLikely(out, width, loss)),
      units: this.#units.map(({ title, tensor, unit }) => {
        const values = viewOf(memory, tensor, "float32");
        const [, columns = 1] = tensor.shape;
        const range = rangeOf(values, columns, unit);
        return { title, lo: range[0], hi: range[1], values: bytesOf(values, columns, unit, range) };
      }),
    };
  }
}

/** The likeliest class of each row, and its share in bytes. */
function mostLikely(out: Float32Array, width: number, loss: Network["loss"]) {
  const [classes, shares] = [new Uint8Array(SIDE * SIDE), new Uint8Array(SIDE * SIDE)];
  for (let i = 0; i < SIDE * SIDE; i++) {
    const probabilities = probabilitiesOf(loss, Array.from(out.subarray(i * width, (i + 1) * width)));
    const largest = Math.max(...probabilities);
    classes[i] = probabilities.indexOf(largest);
    shares[i] = Math.round(MOST_BYTE * largest);
  }
  return { classes, shares };
}

/** A column as bytes from 0 at `lo` to 255 at `hi`. */
function bytesOf(
  values: Float32Array,
  columns: number,
  column: number,
  [lo, hi]: readonly [number, number],
): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(SIDE * SIDE);
  for (let i = 0; i < bytes.length; i++) {
    bytes[i] = Math.round((MOST_BYTE * ((values[i * columns + column] ?? 0) - lo)) / (hi - lo));
  }
  return bytes;
}

/** Lowest and highest of a column, apart in any case. */
function rangeOf(values: Float32Array, columns: number, column: number): [number, number] {
  let [lo, hi] = [Infinity, -Infinity];
  for (let i = column; i < values.length; i += columns) {
    lo = Math.min(lo, values[i] ?? NaN);
    hi = Math.max(hi, values[i] ?? NaN);
  }
  return hi > lo ? [lo, hi] : [lo, lo + 1];
}

/** Corners around all rows. */
function frameOf(values: Float32Array): [[number, number], [number, number]] {
  const [x, y] = [rangeOf(values, 2, 0), rangeOf(values, 2, 1)];
  const [mx, my] = [MARGIN * (x[1] - x[0]), MARGIN * (y[1] - y[0])];
  return [
    [x[0] - mx, y[0] - my],
    [x[1] + mx, y[1] + my],
  ];
}
