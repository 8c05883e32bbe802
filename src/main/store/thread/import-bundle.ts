import { StoreError } from "../../../core/errors.ts";
import type { Replacing } from "../../../shared/runs/run-exports.ts";
import { readLines } from "../../data/read-lines.ts";
import type { Checkpoint } from "../export/write-csv.ts";
import { connect, type Database } from "../open/database.ts";
import { schemaVersion } from "../open/migrate.ts";
import { readBundleLine, type BundleLine, type BundleTableLine } from "./bundle-lines.ts";
import { likeTarget, placeOf, runsThere, type Place, type RunThere } from "./bundle-place.ts";
import { BUNDLE_VERSION } from "./bundle-tables.ts";
import { BundleRows } from "./bundle-rows.ts";
import { BundleWeights } from "./bundle-weights.ts";
import { proveReadable } from "./prove-readable.ts";
import { notTaken, ReadBundle } from "./take-bundle.ts";

/** A line holds rows of some 100 kB, or one file of weights: a text of JavaScript ends at 512 MB. */
const MOST_LINE_BYTES = 500_000_000;

const NOT_JSON = "this is not JSON: expected a bundle of runs as this app exports it";

/** Where runs are imported into. */
export interface ImportTarget {
  /** The database. */
  readonly path: string;
  readonly checkpointsFolder: string;
  readonly nativeBinding: string | null;
  readonly replacing: Replacing;
  /** The database is locked for so long at a time; tests make it shorter. */
  readonly lockedMs?: number;
  /** Called between two lines. @throws what ends the reading. */
  readonly checkpoint?: Checkpoint;
}

/**
 * Reads a bundle's runs into a database of their own, which is gone when it is closed, and proves that the list, a run's
 * page and a comparison can read each. The target is only looked at: others write it meanwhile.
 *
 * @throws {StoreError} If the file is no bundle, a newer one, cut off, or a run in it could not be read afterwards.
 */
export async function readBundle(path: string, target: ImportTarget): Promise<ReadBundle> {
  const { replacing, lockedMs } = target;
  const db = connect("", { nativeBinding: target.nativeBinding });
  const weights = new BundleWeights(target.checkpointsFolder);
  let number = 0;
  try {
    likeTarget(db, target.path);
    const reader = new BundleReader(db, { path, weights, there: runsThere(db), replacing });
    db.exec("BEGIN");
    let cutOff = false;
    for await (const text of readLines(path, MOST_LINE_BYTES)) {
      if (cutOff) throw new StoreError(NOT_JSON);
      number++;
      target.checkpoint?.();
      const json = text.replace(/,$/, "");
      if (json === "[" || json === "]" || json === "") continue;
      const line = readBundleLine(json);
      if (line !== null) reader.take(line);
      // The last line of a file that is cut off is none any more.
      else if (reader.isUnderWay) cutOff = true;
      else throw new StoreError(NOT_JSON);
    }
    reader.finish();
    proveReadable(db, path, reader.read);
    db.exec("COMMIT");
    return new ReadBundle(db, { path, weights, found: reader.found, replacing, lockedMs });
  } catch (error) {
    weights.close();
    db.close();
    throw notTaken(`${path}, line ${number}`, error, "Nothing was imported.");
  }
}

/** Takes a bundle's lines in their order. */
class BundleReader {
  readonly #db: Database;
  readonly #weights: BundleWeights;
  readonly #path: string;
  readonly #there: ReadonlyMap<string, RunThere>;
  readonly #replacing: Replacing;
  readonly #found = new Map<string, Place>();
  readonly #rows: BundleRows;
  #current: string | null = null;
  /** Null between runs, and while one is skipped. */
  #adding: string | null = null;
  #begun = false;
  #ended = false;

  constructor(
    db: Database,
    {
      path,
      weights,
      there,
      replacing,
    }: {
      readonly path: string;
      readonly weights: BundleWeights;
      readonly there: ReadonlyMap<string, RunThere>;
      readonly replacing: Replacing;
    },
  ) {
    this.#db = db;
    this.#path = path;
    this.#weights = weights;
    this.#there = there;
    this.#replacing = replacing;
    this.#rows = new BundleRows(db);
  }

  get found(): ReadonlyMap<string, Place> {
    return this.#found;
  }

  /** Its end is still to come. */
  get isUnderWay(): boolean {
    return this.#begun && !this.#ended;
  }

  /** Runs whose rows were read. */
  get read(): readonly string[] {
    return [...this.#found].flatMap(([run, place]) =>
      place === "added" || place === "replaced" ? [run] : [],
    );
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
        `it was written by a newer version of the app (version ${version} of the format, schema ${schema}; ` +
          `this one knows up to ${BUNDLE_VERSION} and ${own}). ` +
          "Update the app, then import it",
      );
    }
    this.#begun = true;
  }

  #end(claimed: number): void {
    this.#ended = true;
    const found = this.#found.size;
    if (claimed === found) return;
    throw new StoreError(`the bundle says that it holds ${claimed} runs, and ${found} were found`);
  }

  #beginRun({ run, machine, row }: Extract<BundleLine, { readonly machine: unknown }>): void {
    if (this.#found.has(run)) throw new StoreError(`run ${run} is in the bundle twice`);
    const place = placeOf(this.#there.get(run), row["status"] ?? null, this.#replacing);
    this.#found.set(run, place);
    this.#current = run;
    this.#adding = null;
    if (place === "skipped" || place === "inTrash") return;
    this.#rows.beginRun(run, { machine, row });
    this.#adding = run;
  }

  #add(
    line: BundleTableLine | { readonly run: string; readonly file: string; readonly base64: string },
  ): void {
    if ("table" in line) this.#rows.add(line);
    else this.#weights.add(line.run, line.file, line.base64);
  }
}
