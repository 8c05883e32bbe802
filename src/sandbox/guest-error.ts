import type { SourceLine } from "../core/tensor/tensor-node.ts";

/** An error that the cell's code sees, under the name that it sees. */
export class GuestError extends Error {
  override readonly name: string;
  /** Where the operation was recorded that it is about, when it is not the one that the cell is at. */
  readonly recordedAt: SourceLine | null;

  constructor(name: string, message: string, recordedAt: SourceLine | null = null) {
    super(message);
    this.name = name;
    this.recordedAt = recordedAt;
  }
}
