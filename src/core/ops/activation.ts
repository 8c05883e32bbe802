/**
 * Element-wise non-linearities besides the relu, which is an op of its own. `slope` is what a leaky relu leaves of
 * negative values; gelu is x Φ(x), the exact form with the error function.
 *
 * @see torch.nn.LeakyReLU, Tanh, Sigmoid, GELU
 */
export type Activation =
  | { readonly kind: "leakyRelu"; readonly slope: number }
  | { readonly kind: "tanh" }
  | { readonly kind: "sigmoid" }
  | { readonly kind: "gelu" };
