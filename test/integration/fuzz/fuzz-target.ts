import { writeFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import { DataFormatError, StoreError } from "../../../src/core/errors.ts";
import { QueryError } from "../../../src/shared/runs/run-query.ts";

/** A reader that is given damaged input. */
export interface FuzzTarget {
  /** Inputs of a plain `npm test`, where one takes many times as long as a parsed file; 2,000 otherwise. */
  readonly inputs?: number;
  /** Makes the sound input; `folder` is the target's own. */
  readonly sound: (folder: string) => Promise<Uint8Array> | Uint8Array;
  /** Reads one input. Throws what the reader may throw; asserts by `wrong` what must hold of what is taken. */
  readonly read: (bytes: Uint8Array, folder: string) => Promise<void> | void;
}

/** A reader took what it must not. */
export class WrongAcceptance extends Error {}

export function wrong(condition: boolean, what: string): void {
  if (condition) throw new WrongAcceptance(what);
}

/** Refusals in words: whatever else is thrown is a crash. */
export const isRefusal = (error: unknown): boolean =>
  [DataFormatError, StoreError, QueryError, v.ValiError, SyntaxError].some((kind) => error instanceof kind) ||
  // A sweep's; the engine's own are crashes.
  (error instanceof RangeError && !/call stack|array length|buffer|string/i.test(error.message));

/** Writes one input into its folder. @returns its path. */
export function written(folder: string, name: string, bytes: Uint8Array): string {
  const path = join(folder, name);
  writeFileSync(path, bytes);
  return path;
}
