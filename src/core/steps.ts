/** Work that may be interrupted between two steps; what it returns is the result. */
export type Steps<T> = Generator<undefined, T, undefined>;

/** All steps without a break. @returns the result. */
export function atOnce<T>(steps: Steps<T>): T {
  for (;;) {
    const step = steps.next();
    if (step.done === true) return step.value;
  }
}
