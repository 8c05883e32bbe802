import { readdir, stat } from "node:fs/promises";
import { messageOf } from "../../core/thrown.ts";
import { join } from "node:path";
import { constants, gunzipSync } from "node:zlib";
import { counted } from "../../core/counted.ts";
import { ContractError } from "../../core/errors.ts";
import { allImported, type ImportedRuns } from "../../shared/runs/run-exports.ts";
import { openRegularFile } from "../data/regular-file.ts";
import { isGzip } from "../data/unpacked-chunks.ts";
import type { Lab } from "../lab/lab.ts";
import { BUNDLE_FORMAT } from "../store/thread/bundle-tables.ts";
import { COMMAND_NAME } from "../place/command-name.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import { print, printJson, warn } from "./print.ts";

/** Enough to see the head of a bundle. */
const HEAD_BYTES = 256;
/** What a folder's bundles are called. */
const BUNDLE_NAME = /\.(json|bundle|gz)$/i;

async function isBundle(path: string): Promise<boolean> {
  const file = await openRegularFile(path, Infinity);
  try {
    const { buffer, bytesRead } = await file.handle.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const bytes = buffer.subarray(0, bytesRead);
    // What of the beginning can be unpacked without the rest.
    const head = (await isGzip(file)) ? gunzipSync(bytes, { finishFlush: constants.Z_SYNC_FLUSH }) : bytes;
    return head.toString("utf8").includes(`"format":"${BUNDLE_FORMAT}"`);
  } catch (error) {
    // Gzip data that is damaged from its beginning is no bundle; the system's errors are told.
    if (error instanceof Error && "code" in error && String(error.code).startsWith("Z_")) return false;
    throw error;
  } finally {
    await file.handle.close();
  }
}

/** The bundles that a path means: itself, or those in a folder and the folders in it, by name. @throws {ContractError} */
export async function bundlesOf(path: string): Promise<readonly string[]> {
  const found = await stat(path).catch((error: unknown) => {
    throw new ContractError(`${path} cannot be read: ${messageOf(error)}`, { cause: error });
  });
  if (found.isFile()) return (await isBundle(path)) ? [path] : [];
  if (!found.isDirectory()) return [];
  const entries = await readdir(path, { withFileTypes: true, recursive: true });
  const names = entries
    .filter((entry) => entry.isFile() && !entry.name.startsWith(".") && BUNDLE_NAME.test(entry.name))
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const bundles: string[] = [];
  for (const name of names) if (await isBundle(name)) bundles.push(name);
  return bundles;
}

/** "3 runs added, 1 was there already, …": what there is of each. */
function importedText({ added, replaced, skipped, inTrash, cancelled }: ImportedRuns): string {
  const parts = [
    `${counted(added.length, "run")} added`,
    ...(replaced.length > 0 ? [`${replaced.length} took the place of the same that was not finished`] : []),
    `${skipped.length} were there already`,
    ...(inTrash.length > 0
      ? [
          `${inTrash.length} are in the trash (${inTrash.join(", ")}; "${COMMAND_NAME} trash --restore QUERY" takes them out)`,
        ]
      : []),
  ];
  return `${cancelled ? "cancelled; taken by then: " : ""}${parts.join(", ")}`;
}

function printImported(runs: ImportedRuns, options: { readonly json?: true }): void {
  if (options.json === true) {
    printJson(runs);
    return;
  }
  print(`${importedText(runs)}\n`);
  for (const id of [...runs.added, ...runs.replaced]) print(`${id}\n`);
}

/** Bundles of any number, each whole or not at all; what is wrong with one is told at once and does not stop the others. */
export async function importBundles(
  lab: Lab,
  paths: readonly string[],
  options: { readonly json?: true },
): Promise<ExitCode> {
  const [only] = paths;
  if (only !== undefined && paths.length === 1) {
    printImported(await lab.runs.import(only), options);
    return EXIT.ok;
  }
  const bundles = await lab.runs.importEach(paths, {
    onBundle: ({ failure }) => {
      if (failure !== "") warn(failure);
    },
  });
  const failed = bundles.filter(({ runs }) => runs === null);
  const runs = allImported(bundles);
  if (options.json === true) {
    printJson({ ...runs, failed: failed.map(({ path, failure }) => ({ path, failure })) });
  } else {
    const whole = bundles.filter((bundle) => bundle.runs?.cancelled !== true);
    print(`${whole.length} of ${counted(paths.length, "bundle")}: ${importedText(runs)}\n`);
    if (failed.length > 0) print(`${counted(failed.length, "bundle")} could not be taken\n`);
  }
  return failed.length === 0 ? EXIT.ok : EXIT.failedCheck;
}
