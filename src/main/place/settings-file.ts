import { readFileSync, renameSync, writeFileSync } from "node:fs";
import * as v from "valibot";
import { replaceFileSync } from "../data/replace-file.ts";
import type { Log } from "./log.ts";

interface Reading {
  readonly log: Log;
  /** What happens without what it holds, for the log. */
  readonly otherwise: string;
}

/** A file of settings, or null where there is none; one that cannot be understood is kept beside as `.bad`. */
export function readSettings<S extends v.GenericSchema>(
  path: string,
  schema: S,
  { log, otherwise }: Reading,
): v.InferOutput<S> | null {
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch {
    return null;
  }
  try {
    return v.parse(schema, JSON.parse(text));
  } catch (error) {
    log.warn(`${path} is damaged and was put aside as .bad; ${otherwise}: ${String(error)}`);
    renameSync(path, `${path}.bad`);
    return null;
  }
}

/** Written beside and renamed, so that a crash leaves the old file or the new one. @throws {Error} What the file system says. */
export function writeSettings(path: string, settings: object): void {
  replaceFileSync(path, (part) => writeFileSync(part, JSON.stringify(settings)), { private: true });
}
