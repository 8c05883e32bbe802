import { readFileSync, renameSync, writeFileSync } from "node:fs";
import * as v from "valibot";
import { messageOf } from "../../core/thrown.ts";
import { replaceFileSync } from "../data/replace-file.ts";
import { failureCode } from "../store/store-failure.ts";
import type { Log } from "./log.ts";

interface Reading {
  readonly log: Log;
  /** What happens without what it holds, for the log. */
  readonly otherwise: string;
}

/** Files of which was told: one that cannot be put aside is found again at every reading. */
const told = new Set<string>();

/**
 * A file of settings, or null where there is none, or none that can be read. One that cannot be understood is kept beside
 * as `.bad`, where its folder allows that.
 */
export function readSettings<S extends v.GenericSchema>(
  path: string,
  schema: S,
  { log, otherwise }: Reading,
): v.InferOutput<S> | null {
  const tell = (what: string, error: unknown): void => {
    if (!told.has(path)) log.warn(`${path} ${what}; ${otherwise}: ${String(error)}`);
    told.add(path);
  };
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if (failureCode(error) !== "ENOENT") tell("cannot be read", error);
    return null;
  }
  try {
    return v.parse(schema, JSON.parse(text));
  } catch (error) {
    tell(`is damaged and ${putAside(path)}`, error);
    return null;
  }
}

/** @returns what became of it. */
function putAside(path: string): string {
  try {
    renameSync(path, `${path}.bad`);
    return "was put aside as .bad";
  } catch (error) {
    return `could not be put aside as .bad (${messageOf(error)}): delete it`;
  }
}

/** Written beside and renamed, so that a crash leaves the old file or the new one. @throws {Error} What the file system says. */
export function writeSettings(path: string, settings: object): void {
  replaceFileSync(path, (part) => writeFileSync(part, JSON.stringify(settings)), { private: true });
}
