/** A tensor has the wrong shape. Message: where, what was expected, what came. */
export class ShapeError extends TypeError {
  override readonly name = "ShapeError";

  constructor(where: string, expected: string, actual: readonly number[] | string) {
    super(
      `${where}: expected ${expected}, got ${typeof actual === "string" ? actual : `(${actual.join(", ")})`}`,
    );
  }
}

/** A caller broke a rule that types cannot express: an unknown cell, an op used twice, a released tensor. */
export class ContractError extends TypeError {
  override readonly name = "ContractError";
}

/** A number became NaN or infinite while training. */
export class DivergedError extends RangeError {
  override readonly name = "DivergedError";
  readonly step: number;

  constructor(what: string, step: number) {
    // The first step's loss is computed with the weights that were drawn.
    const advice =
      step > 1
        ? "; the weights before that step are kept. Try a smaller learning rate."
        : ", before any update: the learning rate is not the reason. Look at the data, the initialisation, and at " +
          "activations and losses of your own: does a log, a root or a division get what it has no value for?";
    super(`${what} became NaN or infinite at step ${step}${advice}`);
    this.step = step;
  }
}

/** The experiment does not fit in memory; found by the forecast, before anything was allocated. */
export class OutOfMemoryError extends RangeError {
  override readonly name = "OutOfMemoryError";
}

/** A file is not what it claims to be. Message: file, offset in bytes or another place in it, expected, got. */
export class DataFormatError extends TypeError {
  override readonly name = "DataFormatError";

  constructor(file: string, at: number | { readonly place: string }, expected: string, got: string) {
    super(`${file}, ${typeof at === "number" ? `byte ${at}` : at.place}: expected ${expected}, got ${got}`);
  }
}

/** A worker died, hung or threw while it ran part of an experiment. */
export class TaskError extends Error {
  override readonly name = "TaskError";
}

/** No kernel of this op passed its self-test on this runtime. */
export class KernelUnavailableError extends Error {
  override readonly name = "KernelUnavailableError";
}

/** The database could not be opened, read or written; `cause` holds SQLite's own error. */
export class StoreError extends Error {
  override readonly name = "StoreError";
}
