import { readFileSync } from "node:fs";
import { join } from "node:path";
import * as v from "valibot";
import type { InstructionSet } from "../../shared/engine/instruction-sets.ts";

/** Where the app lies whose commands these are. */
export interface CommandPlace {
  /** The folder, or the archive, with `package.json` and `out`. */
  readonly appPath: string;
  /** The folder of a packaged app's resources; null for a clone. */
  readonly packagedIn: string | null;
}

/** What a command needs of the lab. */
export interface CommandNeeds {
  readonly database?: string;
  readonly threads?: number;
  /** These kernels and no others. */
  readonly kernels?: InstructionSet;
  /** The command only reads: nothing is made or changed. */
  readonly readOnly?: boolean;
  /** Reading where there is no database yet is not an error. */
  readonly emptyIfMissing?: boolean;
}

const packageSchema = v.object({ productName: v.string(), version: v.string() });

/** The app's name and version, as its package says. */
export function readAppPackage({ appPath }: CommandPlace): v.InferOutput<typeof packageSchema> {
  return v.parse(packageSchema, JSON.parse(readFileSync(join(appPath, "package.json"), "utf8")));
}
