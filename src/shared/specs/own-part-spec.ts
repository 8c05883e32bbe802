import * as v from "valibot";
import { ContractError } from "../../core/errors.ts";
import { readOwnActivation } from "../../core/expression/own-activation.ts";
import { readOwnLoss, type OwnLoss } from "../../core/expression/own-loss.ts";
import { LOSS_NAMES } from "../../core/network/network.ts";
import { SIMPLE_ACTIVATION_NAMES, type OwnActivation } from "../../core/ops/activation.ts";
import { grouped } from "../../core/grouped.ts";

const BUILT_IN: ReadonlySet<string> = new Set(["relu", "leakyRelu", "own", ...SIMPLE_ACTIVATION_NAMES]);

/** What is wrong with an own activation's formula, or "". */
function formulaProblem(activation: OwnActivation): string {
  try {
    readOwnActivation(activation);
    return "";
  } catch (error) {
    if (error instanceof ContractError) return error.message;
    throw error;
  }
}
const formula = (what: string, own: (text: string) => OwnActivation) =>
  v.pipe(
    v.string(`${what} must be a formula, as in "z * sigmoid(z)"`),
    v.check(
      (text) => formulaProblem(own(text)) === "",
      ({ input }) => `${what}, "${input.slice(0, 80)}": ${formulaProblem(own(input))}`,
    ),
  );

/** Characters of a part's code that are kept with it; longer code is not a part's, and is left out. */
export const MOST_SOURCE = 200_000;

/**
 * The notebook's cell that defined a part; `codeHash` is of its code and of all that it needs, `source` is that code as
 * it ran.
 */
export const partOrigin = v.optional(
  v.strictObject({
    notebook: v.pipe(v.string(), v.maxLength(500)),
    cell: v.pipe(v.string(), v.maxLength(500)),
    codeHash: v.pipe(v.string(), v.regex(/^[0-9a-f]{64}$/, "codeHash must be a SHA-256 in hexadecimal")),
    source: v.optional(
      v.pipe(
        v.string("source must be the code as a text"),
        v.maxLength(MOST_SOURCE, `source can have at most ${grouped(MOST_SOURCE)} characters`),
      ),
    ),
  }),
);
export const partName = (part: string) =>
  v.pipe(
    v.string("name must be a text"),
    v.regex(
      /^[A-Za-z][A-Za-z0-9_]{0,30}$/,
      `the name of an own ${part} must be a letter and up to 30 letters, digits or _`,
    ),
  );

/** What is wrong with an own loss's formula, or "". */
function lossProblem(loss: Pick<OwnLoss, "forward" | "backward">): string {
  try {
    readOwnLoss(loss);
    return "";
  } catch (error) {
    if (error instanceof ContractError) return error.message;
    throw error;
  }
}
const lossFormula = (what: string, own: (text: string) => Pick<OwnLoss, "forward" | "backward">) =>
  v.pipe(
    v.string(`${what} must be a formula, as in "(y - t) ** 2"`),
    v.check(
      (text) => lossProblem(own(text)) === "",
      ({ input }) => `${what}, "${input.slice(0, 80)}": ${lossProblem(own(input))}`,
    ),
  );

/** What the loss "own" is: the mean over all numbers of a formula of y, what is predicted, and t, the target. */
export const ownLossSpecSchema = v.strictObject({
  name: v.pipe(
    partName("loss"),
    v.check(
      (name) => !(LOSS_NAMES as readonly string[]).includes(name),
      ({ input }) => `${input} is the lab's own loss: give yours another name`,
    ),
  ),
  forward: lossFormula("forward", (forward) => ({ forward, backward: null })),
  /** The slope of one number's loss by y: "2 * (y - t)"; derived from `forward` without. */
  backward: v.optional(lossFormula("backward", (backward) => ({ forward: "y", backward }))),
  origin: partOrigin,
});
export type OwnLossSpec = v.InferOutput<typeof ownLossSpecSchema>;

/** The layer "own": an activation by a formula of z. */
export const ownLayerSpecSchema = v.strictObject({
  type: v.literal("own"),
  name: v.pipe(
    partName("activation"),
    v.check(
      (name) => !BUILT_IN.has(name),
      ({ input }) => `${input} is the lab's own activation: give yours another name`,
    ),
  ),
  /** Of z, what comes in: "z * sigmoid(z)". */
  forward: formula("forward", (forward) => ({ kind: "own", name: "own", forward, backward: null })),
  /** Of z and dy, the gradient of what comes out: "dy * (z > 0)"; derived from `forward` without. */
  backward: v.optional(
    formula("backward", (backward) => ({ kind: "own", name: "own", forward: "z", backward })),
  ),
  origin: partOrigin,
});
