import type { BinaryFunction, UnaryFunction } from "../../ops/generic-op.ts";

/** What one element of the input gets of the gradient g: x is the input, y the result, sign the sign of x. */
export type UnaryRule = (g: number, x: number, y: number, sign: number) => number;

/** What one element of an operand gets of g: share is the left one's part of a maximum or minimum, ½ where both are equal. */
export type BinaryRule = (g: number, a: number, b: number, y: number, share: number) => number;

/** A derivative as people get it wrong; `words` follow "the backward of exp …". */
export interface UnaryMistake {
  readonly rule: UnaryRule;
  readonly words: string;
}

export interface BinaryMistake {
  /** The side that is wrong; the other stays right. */
  readonly left?: BinaryRule;
  readonly right?: BinaryRule;
  readonly words: string;
}

interface UnaryDerivative {
  readonly rule: UnaryRule;
  readonly mistakes: Readonly<Record<string, UnaryMistake>>;
}

const passes: UnaryRule = (g) => g;
const noFactor: UnaryMistake = {
  rule: passes,
  words: "passes the gradient on unchanged, without its factor",
};
const NEXT_TO_ERF = 2 / Math.sqrt(Math.PI);

/** Derivatives of functions of one number; null where there is none to speak of. */
export const UNARY_DERIVATIVES: Readonly<Record<UnaryFunction, UnaryDerivative | null>> = {
  neg: { rule: (g) => -g, mistakes: { sign: { rule: passes, words: "forgets the minus" } } },
  abs: {
    rule: (g, _x, _y, sign) => g * sign,
    mistakes: {
      input: { rule: (g, x) => g * x, words: "multiplies by the input itself where only its sign is due" },
      result: {
        rule: (g, _x, y) => g * y,
        words: "multiplies by the absolute value where the sign of the input, −1 or 1, is due",
      },
      mask: {
        rule: (g, x) => (x > 0 ? g : 0),
        words: "has a mask of 0 and 1 where the sign of the input, −1 or 1, is due",
      },
      noFactor,
    },
  },
  sign: null,
  sqrt: {
    rule: (g, _x, y) => g / (2 * y),
    mistakes: {
      multiplied: { rule: (g, _x, y) => (g * y) / 2, words: "multiplies by the root where it should divide" },
      inputForRoot: { rule: (g, x) => g / (2 * x), words: "divides by the input where the root is due" },
      noFactor,
    },
  },
  rsqrt: {
    rule: (g, _x, y) => (-g * y ** 3) / 2,
    mistakes: {
      square: { rule: (g, _x, y) => (-g * y ** 2) / 2, words: "has 1/x where 1/x^1.5 is due" },
      root: { rule: (g, _x, y) => (-g * y) / 2, words: "has 1/√x where 1/x^1.5 is due" },
      noFactor,
    },
  },
  square: {
    rule: (g, x) => 2 * g * x,
    mistakes: {
      noInput: { rule: (g) => 2 * g, words: "has the factor 2 of the square, but not the input" },
      squared: { rule: (g, _x, y) => 2 * g * y, words: "multiplies by the square where the input is due" },
      noFactor,
    },
  },
  exp: {
    rule: (g, _x, y) => g * y,
    mistakes: {
      input: { rule: (g, x) => g * x, words: "multiplies by the input where the result is due" },
      noFactor,
    },
  },
  log: {
    rule: (g, x) => g / x,
    mistakes: {
      multiplied: { rule: (g, x) => g * x, words: "multiplies by the input where it should divide" },
      result: { rule: (g, _x, y) => g / y, words: "divides by the result where the input is due" },
      noFactor,
    },
  },
  tanh: {
    rule: (g, _x, y) => g * (1 - y * y),
    mistakes: {
      input: { rule: (g, x) => g * (1 - x * x), words: "takes the input where the result is due" },
      notSquared: { rule: (g, _x, y) => g * (1 - y), words: "does not square the result in 1 − tanh²" },
      square: { rule: (g, _x, y) => g * y * y, words: "has tanh² where 1 − tanh² is due" },
      twice: { rule: (g, _x, y) => g * (1 - Math.tanh(y) ** 2), words: "takes tanh of the result once more" },
      sigmoid: { rule: (g, _x, y) => g * y * (1 - y), words: "takes the derivative of the sigmoid" },
      noFactor,
    },
  },
  sigmoid: {
    rule: (g, _x, y) => g * y * (1 - y),
    mistakes: {
      input: { rule: (g, x) => g * x * (1 - x), words: "takes the input where the result is due" },
      result: { rule: (g, _x, y) => g * y, words: "forgets the factor 1 − σ" },
      rest: { rule: (g, _x, y) => g * (1 - y), words: "forgets the factor σ" },
      tanh: { rule: (g, _x, y) => g * (1 - y * y), words: "takes the derivative of tanh" },
      twice: {
        rule: (g, _x, y) => {
          const again = 1 / (1 + Math.exp(-y));
          return g * again * (1 - again);
        },
        words: "takes the sigmoid of the result once more",
      },
      noFactor,
    },
  },
  erf: {
    rule: (g, x) => g * NEXT_TO_ERF * Math.exp(-x * x),
    mistakes: {
      noConstant: { rule: (g, x) => g * Math.exp(-x * x), words: "forgets the factor 2/√π" },
      result: {
        rule: (g, _x, y) => g * NEXT_TO_ERF * Math.exp(-y * y),
        words: "takes the result where the input is due",
      },
      half: {
        rule: (g, x) => g * NEXT_TO_ERF * Math.exp((-x * x) / 2),
        words: "has exp(−x²/2) where exp(−x²) is due",
      },
      noFactor,
    },
  },
};

interface BinaryDerivative {
  readonly left: BinaryRule;
  readonly right: BinaryRule;
  readonly mistakes: Readonly<Record<string, BinaryMistake>>;
}

const toBoth: BinaryRule = (g) => g;
/** What was not chosen gets 0 of an infinite gradient too, as of √0, where 0 · ∞ is NaN. */
const shareOf = (g: number, share: number): number => (share === 0 ? 0 : g * share);
const toLeft: BinaryRule = (g, _a, _b, _y, share) => shareOf(g, share);
const toRight: BinaryRule = (g, _a, _b, _y, share) => shareOf(g, 1 - share);

const masked: BinaryDerivative = {
  left: toLeft,
  right: toRight,
  mistakes: {
    noMask: {
      left: toBoth,
      right: toBoth,
      words: "has no mask: the gradient also passes where the other side was chosen",
    },
    inverted: { left: toRight, right: toLeft, words: "has its mask inverted" },
    value: {
      left: (g, a, _b, _y, share) => g * a * share,
      right: (g, _a, b, _y, share) => g * b * (1 - share),
      words: "multiplies by the chosen value where only its mask is due",
    },
    maskOnly: {
      left: (_g, _a, _b, _y, share) => share,
      right: (_g, _a, _b, _y, share) => 1 - share,
      words: "is the mask alone, without the incoming gradient",
    },
  },
};

/** Derivatives of functions of two; null for comparisons. */
export const BINARY_DERIVATIVES: Readonly<Record<BinaryFunction, BinaryDerivative | null>> = {
  add: { left: toBoth, right: toBoth, mistakes: {} },
  sub: {
    left: toBoth,
    right: (g) => -g,
    mistakes: { sign: { right: toBoth, words: "forgets the minus of its second operand" } },
  },
  mul: {
    left: (g, _a, b) => g * b,
    right: (g, a) => g * a,
    mistakes: {
      ownLeft: {
        left: (g, a) => g * a,
        words: "multiplies the left factor's gradient by itself instead of by the other factor",
      },
      ownRight: {
        right: (g, _a, b) => g * b,
        words: "multiplies the right factor's gradient by itself instead of by the other factor",
      },
      noFactorLeft: {
        left: toBoth,
        words: "passes the gradient to the left factor without the other factor",
      },
      noFactorRight: {
        right: toBoth,
        words: "passes the gradient to the right factor without the other factor",
      },
      dividedLeft: {
        left: (g, _a, b) => g / b,
        words: "divides by the other factor where it should multiply",
      },
    },
  },
  div: {
    left: (g, _a, b) => g / b,
    right: (g, a, b) => (-g * a) / (b * b),
    mistakes: {
      multiplied: {
        left: (g, _a, b) => g * b,
        words: "multiplies by the denominator where it should divide",
      },
      notDivided: {
        left: toBoth,
        words: "passes the gradient to the numerator without dividing by the denominator",
      },
      sign: { right: (g, a, b) => (g * a) / (b * b), words: "forgets the minus of the denominator" },
      notSquared: { right: (g, a, b) => (-g * a) / b, words: "does not square the denominator" },
      noNumerator: {
        right: (g, _a, b) => -g / (b * b),
        words: "forgets the numerator in the denominator's gradient",
      },
      denominator: { right: (g, _a, b) => g / b, words: "treats the denominator like the numerator" },
    },
  },
  pow: {
    left: (g, a, b) => (b === 0 ? 0 : g * b * a ** (b - 1)),
    right: (g, a, _b, y) => (a === 0 ? 0 : g * y * Math.log(a)),
    mistakes: {
      noExponent: { left: (g, a, b) => g * a ** (b - 1), words: "forgets the exponent as a factor" },
      notLowered: { left: (g, _a, b, y) => g * b * y, words: "does not lower the exponent by 1" },
      noBase: { left: (g, _a, b) => g * b, words: "has the exponent as a factor, but not the power" },
      noLogarithm: { right: (g, _a, _b, y) => g * y, words: "forgets the logarithm of the base" },
    },
  },
  maximum: masked,
  minimum: masked,
  gt: null,
  ge: null,
  lt: null,
  le: null,
  eq: null,
  ne: null,
};
