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
    super(
      `${what} became NaN or infinite at step ${step}; the weights before that step are kept. Try a smaller learning rate.`,
    );
    this.step = step;
  }
}

/** The experiment does not fit in memory; found by the forecast, before anything was allocated. */
export class OutOfMemoryError extends RangeError {
  override readonly name = "OutOfMemoryError";
}

/** A file is not what it claims to be. Message: file, place (a byte, or "row 12" of a table), expected, got. */
export class DataFormatError extends TypeError {
  override readonly name = "DataFormatError";

  constructor(file: string, place: number | string, expected: string, got: string) {
    super(
      `${file}, ${typeof place === "number" ? `byte ${place}` : place}: expected ${expected}, got ${got}`,
    );
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
