import { readFileSync, writeFileSync } from "node:fs";
import * as v from "valibot";
import { replaceFileSync } from "../data/replace-file.ts";

const recordSchema = v.object({ v8: v.string(), unfinishedStarts: v.number() });

/** One start may have been ended by hand while the kernels were compiled; two in a row are no accident. */
const UNFINISHED_STARTS = 2;

/** Whether V8's flags may be set at this start. */
export interface FlagTrial {
  readonly allowed: boolean;
  /** The kernels were compiled and tested: the next start may use the flags again. */
  passed(): void;
}

function unfinishedStarts(path: string, v8: string): number {
  try {
    const record = v.parse(recordSchema, JSON.parse(readFileSync(path, "utf8")));
    return record.v8 === v8 ? record.unfinishedStarts : 0;
  } catch {
    // No file yet, or a damaged one: nothing is known against the flags.
    return 0;
  }
}

/**
 * Keeps a version of V8 that crashes while it compiles the kernels from doing so at every start: the flags are
 * experimental, and no self-test can catch the end of the process. A count of starts that were begun and not passed
 * is kept in `path`; after two in a row this version of V8 gets no flags any more.
 */
export function beginFlagTrial(
  path: string,
  v8: string,
  /** False where nothing may be written: such a start is not counted. */
  { record }: { readonly record: boolean } = { record: true },
): FlagTrial {
  const before = unfinishedStarts(path, v8);
  const allowed = before < UNFINISHED_STARTS;
  const write = (count: number): void => {
    if (!record) return;
    try {
      const text = JSON.stringify({ v8, unfinishedStarts: count });
      replaceFileSync(path, (part) => writeFileSync(part, text), { private: true });
    } catch {
      // A folder that cannot be written has no runs to save either; the store says so.
    }
  };
  if (allowed) write(before + 1);
  return {
    allowed,
    passed: () => {
      if (allowed) write(0);
    },
  };
}
