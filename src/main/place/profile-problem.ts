import { closeSync, openSync, rmSync } from "node:fs";
import { messageOf } from "../../core/thrown.ts";
import { join } from "node:path";
import { makeFolder } from "../data/make-folder.ts";

/**
 * Why the app's own folder cannot be used, or null. The lock of a single instance lies in it too, and fails there for
 * this reason as well as for a running instance: so this is asked first.
 */
export function profileProblem(folder: string): string | null {
  const probe = join(folder, `.written-${process.pid}`);
  try {
    makeFolder(folder);
    closeSync(openSync(probe, "wx", 0o600));
    rmSync(probe, { force: true });
    return null;
  } catch (error) {
    return (
      `The folder of settings and runs cannot be written: "${folder}" ` +
      `(${messageOf(error)}). ` +
      "Give it back its permissions, or start with --user-data-dir=FOLDER to use another."
    );
  }
}
