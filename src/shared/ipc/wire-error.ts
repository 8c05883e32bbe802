import * as v from "valibot";
import { inFileWords } from "./file-words.ts";
import { issuesWords } from "./issue-words.ts";

/**
 * An error as it crosses a process or thread boundary: Electron and Piscina keep only an error's message,
 * so results are tagged instead (`ok`) and carry these fields.
 */
export const wireErrorSchema = v.object({
  /** The error's class: ShapeError, DataFormatError, TaskError, StoreError, … */
  code: v.string(),
  /** What went wrong, where, what was expected, what to do: ready to show to the user. */
  message: v.string(),
  /** Technical detail (a stack) for the log and for "copy details"; never shown first. */
  details: v.optional(v.string()),
});

export type WireError = v.InferOutput<typeof wireErrorSchema>;

/** The answer of every IPC call and worker task. */
export type Result<T> = { ok: true; value: T } | { ok: false; error: WireError };

/** Packs anything thrown into the form that survives a boundary; what the file system refused is said in words. */
export function toWireError(error: unknown): WireError {
  if (!(error instanceof Error)) return { code: "Error", message: String(error) };
  return {
    code: error.name,
    message: error instanceof v.ValiError ? issuesWords(error.issues) : inFileWords(error.message),
    ...(error.stack === undefined ? {} : { details: error.stack }),
  };
}
