import { existsSync } from "node:fs";
import { renamePatientlySync } from "../../data/patient-rename.ts";
import { COMPANIONS } from "./own-file.ts";

/** 20261123T045312Z: readable, sortable and allowed in every file system's names. */
export function compactTime(date: Date): string {
  return date
    .toISOString()
    .replace(/\.\d+Z$/, "Z")
    .replaceAll(/[-:]/g, "");
}

/**
 * Renames an unusable database of the app and what SQLite keeps beside it to `….bad-<time>` and returns the new name:
 * nothing is lost, and a stale log is not applied to the database that follows.
 */
export function setAside(path: string, now: Date): string {
  const wanted = `${path}.bad-${compactTime(now)}`;
  let kept = wanted;
  for (let n = 2; existsSync(kept); n++) kept = `${wanted}-${n}`;
  for (const suffix of ["", ...COMPANIONS]) {
    if (existsSync(path + suffix)) renamePatientlySync(path + suffix, kept + suffix);
  }
  return kept;
}
