import { StoreError } from "../../../core/errors.ts";
import type { ImportedRuns } from "../../../shared/runs/run-exports.ts";
import { readLines } from "../../data/read-lines.ts";
import type { Database, SqlValue } from "../open/database.ts";
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
 * every run of it was read back as the list, its page and a comparison read it. A finished run takes the place of the
 * same one that is not finished, which keeps what a person has said of it; what is in the trash stays there.
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
    proveReadable(db, path, importer.taken);
    weights.publish(importer.result.replaced);
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

/** What a person says of a run: it stays when the finished run takes its place. */
const SAID_OF_IT = ["name", "colour", "pinned", "notes", "tags", "archived_at", "deleted_at"] as const;

/** Takes a bundle's lines in their order. */
class BundleImporter {
  readonly #db: Database;
  readonly #weights: BundleWeights;
  readonly #path: string;
  readonly #added: string[] = [];
  readonly #replaced: string[] = [];
  readonly #skipped: string[] = [];
  readonly #inTrash: string[] = [];
  readonly #rows: BundleRows;
  #current: string | null = null;
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
    const [added, replaced, skipped, inTrash] = [this.#added, this.#replaced, this.#skipped, this.#inTrash];
    return { added, replaced, skipped, inTrash };
  }

  /** Runs whose rows are the bundle's. */
  get taken(): readonly string[] {
    return [...this.#added, ...this.#replaced];
  }

  get #all(): readonly string[] {
    return Object.values(this.result).flat();
  }

  take(line: BundleLine): void {
    if (this.#ended) throw new StoreError("there is more behind the bundle's end");
    if ("format" in line) this.#begin(line);
    else if (!this.#begun) {
      throw new StoreError(`${this.#path} is no bundle of runs: its first line does not say so`);
    } else if ("end" in line) this.#end(line.end.runs);
    else if ("row" in line) this.#beginRun(line);
    else if (line.run === this.#adding) this.#add(line);
    else if (this.#current !== line.run || this.#adding !== null) {
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
    const found = this.#all.length;
    if (claimed === found) return;
    throw new StoreError(`the bundle says that it holds ${claimed} runs, and ${found} were found`);
  }

  #beginRun({ run, machine, row }: Extract<BundleLine, { readonly machine: unknown }>): void {
    if (this.#all.includes(run)) throw new StoreError(`run ${run} is in the bundle twice`);
    this.#current = run;
    this.#adding = null;
    const there = this.#db
      .prepare<Record<string, SqlValue>>(
        `SELECT status, revision, ${SAID_OF_IT.join(", ")} FROM run WHERE id = ?`,
      )
      .get(run);
    if (there !== undefined && there["deleted_at"] !== null) {
      this.#inTrash.push(run);
      return;
    }
    if (there !== undefined && (there["status"] === "finished" || row["status"] !== "finished")) {
      this.#skipped.push(run);
      return;
    }
    if (there === undefined) this.#added.push(run);
    else {
      this.#db.prepare("DELETE FROM run WHERE id = ?").run(run);
      this.#replaced.push(run);
    }
    const said = SAID_OF_IT.map((column): [string, SqlValue] => [column, there?.[column] ?? null]);
    this.#rows.beginRun(run, {
      machine,
      row: there === undefined ? row : { ...row, ...Object.fromEntries(said) },
      revision: Number(there?.["revision"] ?? 0),
    });
    this.#adding = run;
  }

  #add(
    line: BundleTableLine | { readonly run: string; readonly file: string; readonly base64: string },
  ): void {
    if ("table" in line) this.#rows.add(line);
    else this.#weights.add(line.run, line.file, line.base64);
  }
}
