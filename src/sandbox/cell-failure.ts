import { FormulaError } from "../core/tensor/element-formula.ts";
import { messageOf } from "../core/thrown.ts";
import { TensorShapeError, TensorSizeError } from "../core/tensor/tensor-error.ts";
import type { SourceLine } from "../core/tensor/tensor-node.ts";
import type { CellError } from "../shared/live/cell-result.ts";
import type { CellSources } from "./cell-sources.ts";
import { GuestError } from "./guest-error.ts";
import type { Thrown } from "./interpreter.ts";
import { nameHint, type KnownNames } from "./name-hints.ts";
import { RequestRefused } from "./main-line.ts";
import { CellSyntaxError } from "./prepare-cell.ts";

type Kind = CellError["kind"];

/** Kinds by the names of the errors that the lab throws into cells. */
const KINDS: Readonly<Record<string, Kind>> = {
  ShapeError: "shape",
  SizeError: "shape",
  AssertionError: "assertion",
  MemoryError: "limit",
  LimitError: "limit",
  StoppedError: "stopped",
  EngineError: "engine",
};

const REFUSALS = {
  stopped: "StoppedError",
  memory: "MemoryError",
  data: "DataError",
  engine: "EngineError",
} as const;

/** What the interpreter says of its own limits, in words. */
const INTERPRETER: Readonly<Record<string, { readonly name: string; readonly message: string }>> = {
  "out of memory": {
    name: "MemoryError",
    message:
      "the cell's own values need more than the 64 MB that scripts have; numbers by the million belong in tensors",
  },
  "stack overflow": {
    name: "LimitError",
    message: "functions call each other too deeply (512 kB of stack): is there a recursion that never ends?",
  },
};

/** A cell may throw megabytes. */
const LONGEST_NAME = 100;
const LONGEST_MESSAGE = 4_000;

/** The name and message under which a cell sees an error of the lab. */
export function describeError(error: unknown): { name: string; message: string } {
  if (error instanceof RequestRefused) return { name: REFUSALS[error.reason], message: error.message };
  if (error instanceof GuestError || error instanceof TensorShapeError || error instanceof TensorSizeError) {
    return { name: error.name, message: error.message };
  }
  if (error instanceof TypeError || error instanceof RangeError)
    return { name: error.name, message: error.message };
  return {
    name: "LabError",
    message: `the lab failed: ${messageOf(error)}`,
  };
}

export const STOPPED = "stopped; all variables are as they were";

/** A frame at a line of a cell, outside of all functions; none where the line is not known. */
const frameAt = (at: SourceLine | null): CellError["frames"] =>
  at === null ? [] : [{ ...at, column: at.column ?? 1, function: "" }];

/** Where the operation was recorded that an error of the lab is about, if it is not the one that the cell is at. */
export const recordedAt = (error: unknown): SourceLine | null =>
  error instanceof GuestError || error instanceof TensorSizeError || error instanceof FormulaError
    ? error.recordedAt
    : null;

/**
 * Why a cell ended, of what its code threw.
 *
 * @param otherwise Where it happened when no function of a cell was running: its last value was being shown.
 */
export function failureOf(
  thrown: Thrown,
  sources: CellSources,
  {
    stopped,
    otherwise,
    names,
  }: {
    readonly stopped: boolean;
    readonly otherwise: SourceLine | null;
    readonly names: () => KnownNames;
  },
): CellError {
  const running = sources.frames(thrown.stack).map(({ cell, line, column, function: name }) => {
    return { cell, line, column, function: name };
  });
  const frames = running.length > 0 ? running : frameAt(otherwise);
  if (stopped || (thrown.name === "InternalError" && thrown.message === "interrupted")) {
    return { kind: "stopped", name: "Stopped", message: STOPPED, frames };
  }
  const own = thrown.name === "InternalError" ? INTERPRETER[thrown.message] : undefined;
  const name = (own ?? thrown).name.slice(0, LONGEST_NAME);
  const hint = nameHint(thrown, sources.codeBefore(thrown.stack), names);
  const message = (hint ?? (own ?? thrown).message).slice(0, LONGEST_MESSAGE);
  const kind = thrown.name === "SyntaxError" && running.length === 0 ? "syntax" : (KINDS[name] ?? "runtime");
  return { kind, name, message, frames };
}

/** Why a cell ended that could not begin, or whose last computations failed. */
export function failureOutside(error: unknown, cell: string, stopped: boolean): CellError {
  if (error instanceof CellSyntaxError) {
    const frames = [{ cell, line: error.line, column: error.column, function: "" }];
    return { kind: "syntax", name: error.name, message: error.message, frames };
  }
  if (stopped) return { kind: "stopped", name: "Stopped", message: STOPPED, frames: [] };
  const { name, message } = describeError(error);
  // Nothing of the cell is running any more: the place is where the operation was recorded.
  const frames = frameAt(recordedAt(error));
  return { kind: KINDS[name] ?? (name === "LabError" ? "engine" : "runtime"), name, message, frames };
}
