import { pick, reducedPlaces } from "./arrays.ts";
import type { Backward } from "./backward.ts";
import { bestPlaces, momentsOf, sumInto } from "./reductions.ts";

/** What the input of a reduction or softmax gets of g; `wrong` names the mistake to make. Null for places. */
export function reductionGradient(back: Backward, wrong: string | null): Float64Array | null {
  const { step, g, x, y, shapes } = back;
  const { op } = step;
  const [values] = x;
  if (op.kind === "softmax") return softmaxGradient(back, wrong);
  if (op.kind !== "reduce") throw new TypeError(`reductionGradient: ${op.kind} reduces nothing`);
  const at = reducedPlaces(shapes[0], op.axes);
  const length = g.length;
  const count = values.length / length;
  switch (op.fn) {
    case "sum":
      return pick(wrong === "mean" ? g.map((value) => value / count) : g, at);
    case "mean":
      return pick(wrong === "sum" ? g : g.map((value) => value / count), at);
    case "max":
    case "min": {
      if (wrong === "noMask") return pick(g, at);
      const sign = op.fn === "max" ? 1 : -1;
      return bestGradient(back, at, sign);
    }
    case "argmax":
    case "argmin":
      return null;
    case "variance":
    case "std": {
      const { mean } = momentsOf(values, at, length);
      const divisor = wrong === "otherDivisor" ? count - 1 + op.correction : count - op.correction;
      return values.map((value, i) => {
        const deviation = wrong === "noMean" ? value : value - mean[at[i]];
        const root = op.fn === "variance" || wrong === "noRoot" ? 1 : y[at[i]];
        // A root without a slope, where all are equal: 0, as PyTorch, not 0 / 0.
        if (root === 0) return 0;
        const scale = op.fn === "variance" ? 2 : wrong === "variance" ? root : 1;
        return (g[at[i]] * scale * deviation) / (divisor * root * (wrong === "rootSquared" ? root : 1));
      });
    }
    case "logSumExp": {
      return values.map((value, i) => {
        if (wrong === "noFactor") return g[at[i]];
        const power = wrong === "notDivided" ? Math.exp(value) : Math.exp(value - y[at[i]]);
        return g[at[i]] * power;
      });
    }
  }
}

/** To the largest or smallest; of several equal ones to the first, to all, or in equal shares. */
function bestGradient({ g, seen, ties, x }: Backward, at: Int32Array, sign: 1 | -1): Float64Array {
  const best = bestPlaces(seen[0], at, { length: g.length, sign });
  const isBest = (i: number): boolean => i === best[at[i]] || seen[0][i] === seen[0][best[at[i]]];
  const out = new Float64Array(x[0].length);
  if (ties === "second") {
    best.forEach((place, k) => (out[place] = g[k]));
    return out;
  }
  const chosen = out.map((_, i) => (isBest(i) ? 1 : 0));
  const counts = sumInto(chosen, at, g.length);
  return chosen.map((one, i) => (one * g[at[i]]) / (ties === "half" ? counts[at[i]] : 1));
}

/** y (g − Σ g y). */
function softmaxGradient({ step, g, y }: Backward, wrong: string | null): Float64Array {
  const axes = step.op.kind === "softmax" ? [step.op.axis] : [];
  const at = reducedPlaces(step.shape, axes);
  const size = axes.reduce((product, axis) => product * step.shape[axis], 1);
  const along = sumInto(
    g.map((value, i) => value * y[i]),
    at,
    g.length / size,
  );
  return g.map((value, i) => {
    if (wrong === "noSum") return value * y[i];
    if (wrong === "diagonal") return value * y[i] * (1 - y[i]);
    return wrong === "sumNotScaled" ? y[i] * value - along[at[i]] : y[i] * (value - along[at[i]]);
  });
}
