/** What is known of an activation without parameters beside its formula: how forms call it, and where its values lie. */
interface ActivationFacts {
  readonly title: string;
  /** All that it can give, where that is bounded. */
  readonly range?: readonly [lo: number, hi: number];
  /** Outside of these values it hardly answers any more. */
  readonly answers?: readonly [lo: number, hi: number];
}

/**
 * The activations without parameters; gelu is x Φ(x), the exact form with the error function, softplus log(1 + eˣ), and
 * x above 20.
 *
 * @see torch.nn.Tanh, Sigmoid, GELU, Softplus (beta 1, threshold 20)
 */
export const SIMPLE_ACTIVATIONS = {
  tanh: { title: "tanh", range: [-1, 1], answers: [-0.97, 0.97] },
  sigmoid: { title: "sigmoid", range: [0, 1], answers: [0.03, 0.97] },
  gelu: { title: "GELU" },
  softplus: { title: "softplus" },
} as const satisfies Readonly<Record<string, ActivationFacts>>;
export type SimpleActivation = keyof typeof SIMPLE_ACTIVATIONS;

// A literal's keys are its own.
export const SIMPLE_ACTIVATION_NAMES = Object.keys(SIMPLE_ACTIVATIONS) as SimpleActivation[];

/** What is known of a layer's activation; null of a layer that is none of these. */
export const activationFacts = (type: string | null): ActivationFacts | null => {
  const name = SIMPLE_ACTIVATION_NAMES.find((one) => one === type);
  return name === undefined ? null : SIMPLE_ACTIVATIONS[name];
};

/** One of something for each of the simple activations. */
export const forSimpleActivations = <T>(
  make: (type: SimpleActivation, title: string) => T,
): Readonly<Record<SimpleActivation, T>> =>
  // TypeScript does not follow keys through a list of entries.
  Object.fromEntries(
    SIMPLE_ACTIVATION_NAMES.map((name) => [name, make(name, SIMPLE_ACTIVATIONS[name].title)]),
  ) as Record<SimpleActivation, T>;

/**
 * Element-wise non-linearities besides the relu, which is an op of its own. `slope` is what a leaky relu leaves of
 * negative values.
 *
 * @see torch.nn.LeakyReLU
 */
export type BuiltInActivation =
  | { readonly kind: "leakyRelu"; readonly slope: number }
  | { readonly kind: SimpleActivation };

/** Of a person's own, by formulas: `forward` of z, `backward` of z and dy, or null where it is derived. */
export interface OwnActivation {
  readonly kind: "own";
  readonly name: string;
  readonly forward: string;
  readonly backward: string | null;
}

export type Activation = BuiltInActivation | OwnActivation;

/** What an activation is called by. */
export const activationName = (activation: Activation): string =>
  activation.kind === "own" ? activation.name : activation.kind;
