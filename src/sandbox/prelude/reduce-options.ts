const NAMES: readonly string[] = ["dim", "keepdim", "correction"];

/**
 * An axis as torch and NumPy take it, `x.sum(1)` or `{ axis: 1 }`, would be passed over, and all elements be reduced.
 *
 * @throws {TypeError}
 */
export function needReduceOptions(method: string, given: unknown, isTensor: boolean): void {
  if (isTensor) {
    const meant = method === "max" || method === "min" ? `. Did you mean .${method}imum()?` : "";
    throw new TypeError(`.${method}(): expected { dim }, got a tensor${meant}`);
  }
  if (typeof given !== "object" || given === null || Array.isArray(given)) {
    const dim = Array.isArray(given) ? `[${given.join(", ")}]` : String(given);
    throw new TypeError(`.${method}(): the axis has a name, .${method}({ dim: ${dim} })`);
  }
  for (const name in given) {
    if (NAMES.includes(name)) continue;
    throw new TypeError(`.${method}(): there is no option ${name}; there are ${NAMES.join(", ")}`);
  }
}
