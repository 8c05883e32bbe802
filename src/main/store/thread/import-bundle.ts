import { StoreError } from "../../../core/errors.ts";
import type { ImportedRuns } from "../../../shared/runs/run-exports.ts";
import { readLines } from "../../data/read-lines.ts";
import type { Database } from "../open/database.ts";
import { schemaVersion } from "../open/migrate.ts";
import { readBundleLine, type BundleLine, type BundleTableLine } from "./bundle-lines.ts";
import { BUNDLE_VERSION } from "./bundle-tables.ts";
import { BundleRows } from "./bundle-rows.ts";
import { BundleWeights } from "./bundle-weights.ts";
import { proveReadable } from "./prove-readable.ts";

/** A line holds rows of some 100 kB, or one file of weights: a text of JavaScript ends at 512 MB. */
const MOST_LINE_BYTES = 500_000_000;

/**
 * Adds the runs of a bundle that are not there yet, all of them or none: one transaction, which is committed after
 * every run of it was read back as the list, its page and a comparison read it.
 *
 * @throws {StoreError} If the file is no bundle, a newer one, cut off, or a run in it could not be read afterwards;
 * the database is then as it was.
 */
export async function importBundle(
  db: Database,
  path: string,
  checkpointsFolder: string,
): Promise<ImportedRuns> {
  const weights = new BundleWeights(checkpointsFolder);
  const importer = new BundleImporter(db, path, weights);
  let number = 0;
  db.exec("BEGIN IMMEDIATE");
  try {
    for await (const text of readLines(path, MOST_LINE_BYTES)) {
      number++;
      const json = text.replace(/,$/, "");
      if (json === "[" || json === "]" || json === "") continue;
      importer.take(readBundleLine(json));
    }
    importer.finish();
    proveReadable(db, path, importer.result.added);
    weights.publish();
    db.exec("COMMIT");
    return importer.result;
  } catch (error) {
    weights.takeBack();
    // A full disk has rolled back already.
    if (db.inTransaction) db.exec("ROLLBACK");
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError(`${path}, line ${number}: ${why.replace(/\.$/, "")}. Nothing was imported.`, {
      cause: error,
    });
  } finally {
    weights.close();
  }
}

/** Takes a bundle's lines in their order. */
class BundleImporter {
  readonly #db: Database;
  readonly #weights: BundleWeights;
  readonly #path: string;
  readonly #added: string[] = [];
  readonly #skipped: string[] = [];
  readonly #rows: BundleRows;
  /** Null between runs, and while one is skipped. */
  #adding: string | null = null;
  #begun = false;
  #ended = false;

  constructor(db: Database, path: string, weights: BundleWeights) {
    this.#db = db;
    this.#path = path;
    this.#weights = weights;
    this.#rows = new BundleRows(db);
  }

  get result(): ImportedRuns {
    return { added: this.#added, skipped: this.#skipped };
  }

  take(line: BundleLine): void {
    if (this.#ended) throw new StoreError("there is more behind the bundle's end");
    if ("format" in line) this.#begin(line);
    else if (!this.#begun) {
      throw new StoreError(`${this.#path} is no bundle of runs: its first line does not say so`);
    } else if ("end" in line) this.#end(line.end.runs);
    else if ("row" in line) this.#beginRun(line);
    else if (line.run === this.#adding) this.#add(line);
    else if (this.#skipped.at(-1) !== line.run || this.#adding !== null) {
      throw new StoreError(`this line belongs to run ${line.run}, which did not begin`);
    }
  }

  finish(): void {
    if (this.#ended) return;
    throw new StoreError(
      "the file is cut off: its last line is missing. Get the whole file and import it again",
    );
  }

  #begin({ version, schema }: { readonly version: number; readonly schema: number }): void {
    if (this.#begun) throw new StoreError("the bundle begins twice");
    const own = schemaVersion(this.#db);
    if (version > BUNDLE_VERSION || schema > own) {
      throw new StoreError(
        `it was written by a newer version of the app (schema ${schema}; this one knows up to ${own}). ` +
          "Update the app, then import it",
      );
    }
    this.#begun = true;
  }

  #end(claimed: number): void {
    this.#ended = true;
    const found = this.#added.length + this.#skipped.length;
    if (claimed === found) return;
    throw new StoreError(`the bundle says that it holds ${claimed} runs, and ${found} were found`);
  }

  #beginRun({ run, machine, row }: Extract<BundleLine, { readonly machine: unknown }>): void {
    this.#adding = null;
    if (this.#added.includes(run) || this.#skipped.includes(run)) {
      throw new StoreError(`run ${run} is in the bundle twice`);
    }
    if (this.#db.prepare<{ id: string }>("SELECT id FROM run WHERE id = ?").get(run) !== undefined) {
      this.#skipped.push(run);
      return;
    }
    this.#rows.beginRun(run, machine, row);
    this.#added.push(run);
    this.#adding = run;
  }

  #add(
    line: BundleTableLine | { readonly run: string; readonly file: string; readonly base64: string },
  ): void {
    if ("table" in line) this.#rows.add(line);
    else this.#weights.add(line.run, line.file, line.base64);
  }
}
