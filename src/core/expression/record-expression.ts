import { MAP_FUNCTIONS, type MapStep } from "../ops/generic-op.ts";
import type { Ops, TensorLike } from "../ops/op.ts";
import { denseStrides } from "../ops/strides.ts";
import type { Expression, InputName } from "./expression.ts";

/** A piece of an expression as steps over tensors. */
interface Piece<T> {
  readonly steps: readonly MapStep[];
  readonly functions: number;
  readonly tensors: readonly T[];
}

/** What puts an input on the stack: one step that reads the tensor number `index`. */
const read = <T>(tensor: T): Piece<T> => ({ steps: [{ input: 0 }], functions: 0, tensors: [tensor] });

/** Pieces one after another, their inputs numbered anew, and a function at the end. */
function joined<T>(pieces: readonly Piece<T>[], fn: Extract<MapStep, { fn: unknown }>): Piece<T> {
  const tensors = [...new Set(pieces.flatMap((piece) => piece.tensors))];
  const steps = pieces.flatMap((piece) =>
    piece.steps.map((step) =>
      "input" in step ? { input: tensors.indexOf(piece.tensors[step.input]) } : step,
    ),
  );
  return {
    steps: [...steps, fn],
    functions: pieces.reduce((sum, { functions }) => sum + functions, 1),
    tensors,
  };
}

/**
 * Records out = e(inputs) as maps: as one where it applies at most 16 functions, else with the largest parts in tensors of
 * their own. All inputs have as many elements as z, or y, whose shape the result has.
 */
export function recordExpression<T extends TensorLike>(
  ops: Ops<T>,
  e: Expression,
  inputs: Readonly<Partial<Record<InputName, T>>>,
  name: string,
): T {
  const like = inputs.z ?? inputs.y;
  if (like === undefined) throw new TypeError(`recordExpression: ${name} has neither z nor y`);
  const { shape } = like;
  let parts = 0;
  const run = ({ steps, tensors }: Piece<T>, outName: string): T => {
    const out = ops.tensor(outName, shape);
    // A map of no tensor at all, a constant, still has the shape of z.
    const views = tensors.map((tensor) => ({ tensor, offset: 0, strides: denseStrides(shape) }));
    ops.run({ op: "map", shape, inputs: views, steps, out });
    return out;
  };
  const piece = (of: Expression): Piece<T> => {
    if (of.kind === "value") return { steps: [{ value: of.value }], functions: 0, tensors: [] };
    if (of.kind === "input") return read(inputs[of.name] ?? like);
    const pieces = of.args.map(piece);
    const sum = (): number => pieces.reduce((count, { functions }) => count + functions, 1);
    while (sum() > MAP_FUNCTIONS) {
      const largest = pieces.reduce(
        (at, { functions }, index) => (functions > pieces[at].functions ? index : at),
        0,
      );
      pieces[largest] = read(run(pieces[largest], `${name}, part ${++parts}`));
    }
    return joined(pieces, { fn: of.fn });
  };
  return run(piece(e), name);
}
