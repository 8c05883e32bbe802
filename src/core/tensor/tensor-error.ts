import type { SourceLine } from "./tensor-node.ts";

/** Shapes that do not fit each other, or an axis that a tensor lacks. Message: method, both shapes, axis, likely repair. */
export class TensorShapeError extends TypeError {
  override readonly name = "ShapeError";
}

/** A size, index or option that no tensor can have: negative, not whole, too large, beyond the rank. */
export class TensorSizeError extends RangeError {
  override readonly name = "SizeError";
  /** Where the operation was recorded, when it is only found out later that it cannot be computed. */
  readonly recordedAt: SourceLine | null;

  constructor(message: string, recordedAt: SourceLine | null = null) {
    super(message);
    this.recordedAt = recordedAt;
  }
}
