/** What a check often begins with. */
export interface CheckTemplate {
  readonly title: string;
  readonly text: (name: string) => string;
}

export const CHECK_TEMPLATES: readonly CheckTemplate[] = [
  {
    title: "Numbers are right",
    text: (name) => `const x = randn(7, 5);
equal("${name}(x)", ${name}(x), () => x.mul(2), {
  mistakes: { "x is squared": () => x.square() },
});`,
  },
  {
    title: "A backward function is right",
    text: (name) => `// In place of x.square(): the function whose backward pass it is.
const layer = {
  forward: (x: Tensor) => x.square(),
  backward: (out: Tensor, x: Tensor) => ${name}(x, out),
};
checkLayer(layer, { x: randn(7, 5) });`,
  },
  {
    title: "A layer’s gradients are right",
    text: (name) => `for (const rows of [7, 1]) {
  checkLayer(new ${name}(5, 3), { x: randn(rows, 5) });
}`,
  },
  {
    title: "A number lies in a band",
    text: (name) => `within("the std of ${name}()", ${name}().std().item(), 0.9, 1.1, {
  "it is far too small": [0, 0.5],
});`,
  },
  {
    title: "An error is thrown",
    text: (name) => `throws("${name} of two shapes", () => ${name}(randn(2, 3), randn(4)), "shape");`,
  },
];

/** The words that only a check knows, each with what ends the check. */
export const CHECK_WORDS: readonly (readonly [string, string])[] = [
  [
    "equal(what, actual, expected, { rtol, atol, mistakes })",
    "both have one shape and their numbers agree; a function is computed in float64",
  ],
  ["within(what, value, from, to, signs)", "from ≤ value ≤ to"],
  ["check(f, tensors)", "every gradient is right"],
  ["checkLayer(layer, inputs)", "every gradient of the layer is right"],
  ["throws(what, f, text)", "f throws an error that says the text"],
  ["faster(what, slow, fast, { times, turns })", "fast is so many times as fast in one of several turns"],
  ["fail(message)", "never: it ends it"],
  ["changeable(tensor)", "no end: the student’s code may change this tensor in place"],
];

const DECLARED = /^[ \t]*(?:async\s+)?(?:function\*?|class|const|let)\s+([\p{L}_$][\p{L}\p{N}_$]*)/mu;

/** The first name that a starter defines; null where it defines none. */
export const definedBy = (source: string): string | null => DECLARED.exec(source)?.[1] ?? null;
