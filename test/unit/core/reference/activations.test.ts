import { describe, expect, it } from "vitest";
import type { Activation } from "../../../../src/core/ops/activation.ts";
import { activate, activationMove, activationSlope } from "../../../../src/core/reference/activations.ts";

// The kernels' oracle and the gradient check's reference share these functions, so they are proven here against
// closed forms in exact fixed-point arithmetic, which shares nothing with them: whole numbers of 2^-BITS.
const BITS = 400n;
const ONE = 1n << BITS;

const times = (a: bigint, b: bigint): bigint => (a * b) >> BITS;
const over = (a: bigint, b: bigint): bigint => (a << BITS) / b;

/** A float64 exactly: every one is a whole number of 2^-1074, those here of 2^-BITS. */
function fixed(x: number): bigint {
  let exponent = 0n;
  let mantissa = x;
  while (!Number.isInteger(mantissa)) {
    mantissa *= 2;
    exponent += 1n;
  }
  return (BigInt(mantissa) << BITS) >> exponent;
}

/** The nearest float64, to within one unit of its last place. */
function float(a: bigint): number {
  const length = BigInt(a.toString(2).length);
  const drop = length > 64n ? length - 64n : 0n;
  return Number(a >> drop) * 2 ** Number(drop - BITS);
}

/** e^a = (e^(a / 2^k))^(2^k), by its Taylor series. */
function exp(a: bigint): bigint {
  const halvings = 10n;
  const small = a >> halvings;
  let [term, sum] = [ONE, ONE];
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = times(term, small) / n;
    sum += term;
  }
  for (let k = 0n; k < halvings; k++) sum = times(sum, sum);
  return sum;
}

/** √a by Newton's method. */
function root(a: bigint): bigint {
  let guess = ONE;
  for (let n = 0; n < 500; n++) {
    const next = (guess + over(a, guess)) >> 1n;
    if (next === guess) break;
    guess = next;
  }
  return guess;
}

/** arctan(1 / n) by its series. */
function arctanOfOneOver(n: bigint): bigint {
  let power = ONE / n;
  let sum = power;
  for (let k = 1n; power !== 0n; k++) {
    power /= n * n;
    sum += (k % 2n === 0n ? power : -power) / (2n * k + 1n);
  }
  return sum;
}

/** Machin's formula. */
const PI = 4n * (4n * arctanOfOneOver(5n) - arctanOfOneOver(239n));

/** Φ(x) = 1/2 + φ(x) Σ x^(2n+1) / (1 · 3 · 5 ⋯ (2n+1)), whose terms all have one sign. */
function normalDistribution(x: bigint): bigint {
  let term = x;
  let sum = x;
  for (let n = 1n; term !== 0n && term !== -1n; n++) {
    term = times(times(term, x), x) / (2n * n + 1n);
    sum += term;
  }
  return ONE / 2n + times(normalDensity(x), sum);
}

/** φ(x) = e^(−x²/2) / √(2π). */
const normalDensity = (x: bigint): bigint => over(exp(-times(x, x) / 2n), root(2n * PI));

const sigmoid = (x: bigint): bigint => over(ONE, ONE + exp(-x));
const tanh = (x: bigint): bigint => 2n * sigmoid(2n * x) - ONE;

/** ln a, by Newton's method on eʸ = a from the float64 next to it. */
function logarithm(a: bigint): bigint {
  let y = fixed(Math.log(float(a)));
  for (let n = 0; n < 6; n++) y += times(a, exp(-y)) - ONE;
  return y;
}
/** torch's softplus with beta 1 and threshold 20. */
const softplus = (x: bigint): bigint => (x > 20n * ONE ? x : logarithm(ONE + exp(x)));

interface ClosedForm {
  readonly activation: Activation;
  readonly f: (x: bigint) => bigint;
  readonly slope: (x: bigint) => bigint;
}

const CLOSED_FORMS: readonly ClosedForm[] = [
  {
    activation: { kind: "leakyRelu", slope: 0.25 },
    f: (x) => (x > 0n ? x : x / 4n),
    slope: (x) => (x > 0n ? ONE : ONE / 4n),
  },
  { activation: { kind: "tanh" }, f: tanh, slope: (x) => ONE - times(tanh(x), tanh(x)) },
  {
    activation: { kind: "sigmoid" },
    f: sigmoid,
    slope: (x) => times(sigmoid(x), ONE - sigmoid(x)),
  },
  {
    activation: { kind: "gelu" },
    f: (x) => times(x, normalDistribution(x)),
    slope: (x) => normalDistribution(x) + times(x, normalDensity(x)),
  },
  {
    activation: { kind: "softplus" },
    f: softplus,
    slope: (x) => (x > 20n * ONE ? ONE : sigmoid(x)),
  },
];

/** Both sides, both branches of the error function, and near the places where they meet. */
const INPUTS = [
  -9.5, -6.25, -3.75, -3.5355339, -3.5, -2.125, -1, -0.75, -0.3, -1e-3, -1e-9, 0, 1e-9, 1e-3, 0.3, 0.75, 1,
  1.4142135, 2.125, 3.5, 3.5355339, 3.75, 6.25, 9.5, 19.5,
];

describe.each(CLOSED_FORMS)("the reference's $activation.kind", ({ activation, f, slope }) => {
  it.each(INPUTS)("equals its closed form at %d to 1e-15", (x) => {
    expect(Math.abs(activate(activation, x) - float(f(fixed(x))))).toBeLessThanOrEqual(
      1e-15 * Math.max(1, Math.abs(x)),
    );
  });

  it.each(INPUTS)("has the closed form's slope at %d to 1e-15", (x) => {
    expect(Math.abs(activationSlope(activation, x) - float(slope(fixed(x))))).toBeLessThanOrEqual(2e-15);
  });
});

describe("softplus", () => {
  const kind = { kind: "softplus" } as const;

  it("is x above torch's threshold of 20", () => {
    expect([activate(kind, 20.5), activationSlope(kind, 20.5)]).toEqual([20.5, 1]);
    expect(activate(kind, 20)).toBe(Math.log1p(Math.exp(20)));
  });

  it.each([-30, -3, 0, 3, 19.999_999, 20.000_001])(
    "moves by its slope at %d, however short the step",
    (x) => {
      for (const step of [1e-12, -1e-7]) {
        expect(activationMove(kind, x, step) / (activationSlope(kind, x) * step)).toBeCloseTo(1, 6);
      }
      for (const step of [0.75, -2]) {
        expect(activationMove(kind, x, step)).toBeCloseTo(activate(kind, x + step) - activate(kind, x), 8);
      }
    },
  );
});

describe("the closed forms themselves", () => {
  it("give known digits", () => {
    expect(float(PI)).toBe(Math.PI);
    expect(float(exp(ONE))).toBe(Math.E);
    expect(float(root(2n * ONE))).toBe(Math.SQRT2);
    // Φ(1), from tables.
    expect(float(normalDistribution(ONE))).toBeCloseTo(0.841344746068543, 15);
  });
});
