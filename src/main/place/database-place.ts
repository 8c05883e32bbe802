import { join } from "node:path";
import { messageOf } from "../../core/thrown.ts";
import * as v from "valibot";
import { StoreError } from "../../core/errors.ts";
import { NotOursError } from "../store/open/own-place.ts";
import { failureCode } from "../store/store-failure.ts";
import type { Log } from "./log.ts";
import { readSettings, writeSettings } from "./settings-file.ts";

/** A folder where runs can be saved, or null to give up. */
export type AskFolder = (why: string) => Promise<string | null>;

/** Written where the settings are: which folder a person has chosen for the database. */
interface Place {
  readonly placeFile: string;
  readonly usualPath: string;
}

const placeSchema = v.object({ databasePath: v.string() });

/** Where the database is: where a person has put it, or in its usual place. A damaged note of it is kept as `.bad`. */
export function databasePath({ placeFile, usualPath }: Place, log: Log): string {
  const place = readSettings(placeFile, placeSchema, { log, otherwise: "the usual place is used" });
  return place?.databasePath ?? usualPath;
}

/** Another folder helps: this one cannot be written, or what lies there is no database of the app. */
const anotherMayDo = (error: unknown): boolean => error instanceof NotOursError || cannotBeWritten(error);

const cannotBeWritten = (error: unknown): boolean =>
  error instanceof StoreError &&
  /^(SQLITE_(READONLY|PERM|CANTOPEN|FULL|IOERR)|EACCES|EPERM|EROFS|ENOTDIR|EEXIST|ENOSPC)/.test(
    failureCode(error.cause),
  );

/**
 * Opens what needs a folder that can be written; where the usual one cannot, a person chooses another, which is
 * remembered.
 */
export async function openSomewhere<T>(
  place: Place,
  open: (path: string) => T | Promise<T>,
  { ask, log }: { readonly ask: AskFolder; readonly log: Log },
): Promise<T> {
  let path = databasePath(place, log);
  for (;;) {
    try {
      return await open(path);
    } catch (error) {
      if (!anotherMayDo(error)) throw error;
      const message = messageOf(error);
      log.warn(message);
      const folder = await ask(message);
      if (folder === null) throw error;
      path = join(folder, "lab.sqlite");
      try {
        writeSettings(place.placeFile, { databasePath: path });
      } catch (cause) {
        log.warn(`the database's place will be asked for again: ${String(cause)}`);
      }
    }
  }
}
