import { numelOf } from "../../ops/recording-ops.ts";
import {
  broadcastPlaces,
  broadcastTo,
  multiply,
  pick,
  transposed,
  unbroadcast,
  type Gathering,
  type Matrix,
} from "./arrays.ts";
import { wrongRule, type Backward, type Ties } from "./backward.ts";
import { BINARY_DERIVATIVES, UNARY_DERIVATIVES } from "./element-rules.ts";
import { decisive, type Pass } from "./evaluate.ts";
import type { Mutant } from "./mutant.ts";
import type { Float64Program } from "./program.ts";
import { reductionGradient } from "./reduction-derivative.ts";
import { sumInto } from "./reductions.ts";
import { partPlaces, pickedPlaces, readPlaces } from "./touched-places.ts";

type Gradients = readonly (Float64Array | null)[];

/** The step with what it was computed from, and stand-ins where a mutant puts them. */
export function backwardOf(
  { steps }: Float64Program,
  pass: Pass,
  {
    place,
    g,
    ties,
    mutants,
  }: {
    readonly place: number;
    readonly g: Float64Array;
    readonly ties: Ties;
    readonly mutants: readonly Mutant[];
  },
): Backward {
  const step = steps[place];
  const x = step.inputs.map((input) => pass.values[input]);
  const seen = step.inputs.map((input) => decisive(pass, input));
  let y = pass.values[place];
  for (const mutant of mutants) {
    if (mutant.kind !== "standIn") continue;
    const by = mutant.by === "gradient" ? g : pass.values[mutant.by];
    if (mutant.slot === "y") y = by;
    else {
      x[mutant.slot] = by;
      seen[mutant.slot] = by;
    }
  }
  return { step, g, x, shapes: step.inputs.map((input) => steps[input].shape), y, seen, ties, mutants };
}

/** What the inputs of a step get of its gradient g, each in its own shape; null where nothing goes. */
export function derivativeOf(back: Backward, needs: readonly boolean[]): Gradients {
  const gradients = rightOrWrong(back, needs);
  return gradients.map((gradient, input) => {
    if (gradient === null || !needs[input]) return null;
    const dropped = back.mutants.some((one) => one.kind === "drop" && one.input === input);
    if (dropped) return new Float64Array(gradient.length);
    const negated = back.mutants.some((one) => one.kind === "negate" && one.input === input);
    return negated ? gradient.map((value) => -value) : gradient;
  });
}

function rightOrWrong(back: Backward, needs: readonly boolean[]): Gradients {
  const { step, g, x, shapes } = back;
  const { op, shape } = step;
  switch (op.kind) {
    case "unary":
      return [unaryGradient(back, op.fn)];
    case "binary":
      return binaryGradients(back, op.fn, needs);
    case "where":
      return whereGradients(back);
    case "reduce":
    case "softmax":
      return [reductionGradient(back, wrongRule(back))];
    case "matmul":
      return productGradients(back, needs);
    case "reshape":
      return [g];
    case "expand":
      return [collected(back, g, 0)];
    case "permute": {
      const at = readPlaces(step, shapes[0]);
      return [wrongRule(back) === "forward" ? pick(g, readPlaces(step, shape)) : sumInto(g, at, g.length)];
    }
    case "slice":
      return [sumInto(g, readPlaces(step, shapes[0]), numelOf(shapes[0]))];
    case "take":
    case "gather": {
      const at = pickedPlaces(step, { indices: x[1], of: shapes[0], indexShape: shapes[1] });
      const length = numelOf(shapes[0]);
      if (wrongRule(back) !== "overwritten") return [sumInto(g, at, length), null];
      const last = new Float64Array(length);
      at.forEach((target, i) => (last[target] = g[i]));
      return [last, null];
    }
    case "scatterRows":
    case "scatterAlong":
      return [pick(g, pickedPlaces(step, { indices: x[1], of: shape, indexShape: shapes[1] })), null];
    case "cat":
    case "pad":
      return partPlaces(step, shapes).map((at) => pick(g, at));
    case "full":
    case "data":
    case "stored":
    case "eye":
    case "draw":
    case "detach":
    case "oneHot":
      return step.inputs.map(() => null);
  }
}

/** The gradient of an input that was broadcast: summed over what it was repeated to. */
function collected({ step, shapes, mutants }: Backward, gradient: Float64Array, input: number): Float64Array {
  const wrong = mutants.find((one) => one.kind === "gathering" && one.input === input);
  const how: Gathering = wrong?.kind === "gathering" ? wrong.how : "sum";
  return unbroadcast(gradient, { from: step.shape, to: shapes[input], how });
}

function unaryGradient(back: Backward, fn: keyof typeof UNARY_DERIVATIVES): Float64Array | null {
  const derivative = UNARY_DERIVATIVES[fn];
  if (derivative === null) return null;
  const wrong = derivative.mistakes[wrongRule(back) ?? ""] as
    | (typeof derivative.mistakes)[string]
    | undefined;
  const rule = wrong?.rule ?? derivative.rule;
  const { g, x, y, seen } = back;
  return g.map((value, i) => rule(value, x[0][i], y[i], Math.sign(seen[0][i])));
}

const TIE_SHARE: Readonly<Record<Ties, number>> = { second: 0, first: 1, half: 0.5 };

/** The left one's part of a maximum or minimum, element by element. */
function leftShare(fn: string, a: number, b: number, ties: Ties): number {
  if (a === b) return TIE_SHARE[ties];
  return (fn === "minimum" ? a < b : a > b) ? 1 : 0;
}

function binaryGradients(
  back: Backward,
  fn: keyof typeof BINARY_DERIVATIVES,
  needs: readonly boolean[],
): Gradients {
  const derivative = BINARY_DERIVATIVES[fn];
  if (derivative === null) return [null, null];
  const wrong = derivative.mistakes[wrongRule(back) ?? ""] as
    | (typeof derivative.mistakes)[string]
    | undefined;
  const { step, g, x, y, seen, shapes, ties } = back;
  const [toA, toB] = shapes.map((from) => broadcastPlaces(from, step.shape));
  const chooses = fn === "maximum" || fn === "minimum";
  const side = (rule: typeof derivative.left): Float64Array => {
    const out = new Float64Array(g.length);
    for (let i = 0; i < out.length; i++) {
      const [p, q] = [toA === null ? i : toA[i], toB === null ? i : toB[i]];
      const share = chooses ? leftShare(fn, seen[0][p], seen[1][q], ties) : 0;
      out[i] = rule(g[i], x[0][p], x[1][q], y[i], share);
    }
    return out;
  };
  return [wrong?.left ?? derivative.left, wrong?.right ?? derivative.right].map((rule, input) =>
    needs[input] ? collected(back, side(rule), input) : null,
  );
}

function whereGradients(back: Backward): Gradients {
  const { g, x, shapes, step } = back;
  const condition = broadcastTo(x[0], shapes[0], step.shape);
  const wrong = wrongRule(back);
  const through = (chosen: (value: number) => boolean): Float64Array =>
    g.map((value, i) => (wrong === "noMask" || chosen(condition[i]) !== (wrong === "inverted") ? value : 0));
  return [
    null,
    collected(
      back,
      through((value) => value !== 0),
      1,
    ),
    collected(
      back,
      through((value) => value === 0),
      2,
    ),
  ];
}

function productGradients(back: Backward, needs: readonly boolean[]): Gradients {
  const { g, x, shapes, step } = back;
  const matrix = (values: Float64Array, [rows, columns]: readonly number[]): Matrix => ({
    values,
    rows,
    columns,
  });
  const [a, b] = x.map((values, k) => matrix(values, shapes[k]));
  const incoming = matrix(g, step.shape);
  const wrong = wrongRule(back);
  const left = (): Float64Array => {
    if (wrong === "leftNotTransposed") return multiply(incoming, b);
    const right = multiply(incoming, transposed(b));
    return wrong === "leftTransposed" ? transposed(matrix(right, shapes[0])).values : right;
  };
  const right = (): Float64Array => {
    if (wrong === "rightNotTransposed") return multiply(a, incoming);
    const product = multiply(transposed(a), incoming);
    return wrong === "rightTransposed" ? transposed(matrix(product, shapes[1])).values : product;
  };
  return [needs[0] ? left() : null, needs[1] ? right() : null];
}
