import { createReadStream, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import * as v from "valibot";
import { StoreError } from "../../../core/errors.ts";
import { issueAt } from "../../../shared/issue-words.ts";
import type { ImportedRuns } from "../../../shared/run-exports.ts";
import type { Database, SqlValue } from "../database.ts";
import { parsePacked } from "../json-column.ts";
import { schemaVersion } from "../migrate.ts";
import { BUNDLE_FORMAT, BUNDLE_TABLES, BUNDLE_VERSION, LOCAL_COLUMNS } from "./bundle-tables.ts";

const value = v.custom<SqlValue>(
  (given) => given === null || typeof given === "string" || typeof given === "number",
  "must be a number, a text or null",
);
const row = v.record(v.string(), value);
const runName = v.pipe(
  v.string(),
  v.regex(/^[\w.-]{1,100}$/, "is not the name of a run"),
  // It becomes a folder's name.
  v.check((name) => !/^\.+$/.test(name), "is not the name of a run"),
);

const lineSchema = v.union([
  v.strictObject({ format: v.literal(BUNDLE_FORMAT), version: v.number(), schema: v.number() }),
  v.strictObject({ run: runName, machine: row, row }),
  v.strictObject({
    run: runName,
    table: v.picklist(BUNDLE_TABLES.map(({ name }) => name)),
    columns: v.array(v.string()),
    rows: v.array(v.array(value)),
  }),
  v.strictObject({
    run: runName,
    file: v.pipe(v.string(), v.regex(/^[\w-]+\.safetensors$/, "is not the name of a file of weights")),
    base64: v.string(),
  }),
  v.strictObject({ end: v.object({ runs: v.number() }) }),
]);
type Line = v.InferOutput<typeof lineSchema>;

/**
 * Adds the runs of a bundle that are not there yet; each is added whole or not at all.
 *
 * @throws {StoreError} If the file is no bundle, a newer one, or cut off: runs before that place are added, and it says so.
 */
export async function importBundle(
  db: Database,
  path: string,
  checkpointsFolder: string,
): Promise<ImportedRuns> {
  const importer = new BundleImporter(db, path, checkpointsFolder);
  const lines = createInterface({ input: createReadStream(path, "utf8"), crlfDelay: Infinity });
  let number = 0;
  try {
    for await (const text of lines) {
      number++;
      const json = text.replace(/,$/, "");
      if (json === "[" || json === "]" || json === "") continue;
      importer.take(readLine(json, path, number), number);
    }
    importer.finish();
  } catch (error) {
    importer.abandon();
    if (error instanceof StoreError) throw error;
    const why = error instanceof Error ? error.message : String(error);
    throw new StoreError(
      `${path}, line ${number}: ${why}. ${importer.said} Nothing of the run in that line was kept.`,
      { cause: error },
    );
  }
  return importer.result;
}

function readLine(json: string, path: string, number: number): Line {
  let parsed: unknown;
  try {
    parsed = parsePacked(json);
  } catch {
    throw new StoreError(
      `${path}, line ${number} is not JSON: expected a bundle of runs as this app exports it. Nothing more was read.`,
    );
  }
  const checked = v.safeParse(lineSchema, parsed);
  if (checked.success) return checked.output;
  throw new StoreError(
    `${path}, line ${number} is not what a bundle of runs holds: ${issueAt(checked.issues[0])}. Nothing more was read.`,
  );
}

class BundleImporter {
  readonly #db: Database;
  readonly #path: string;
  readonly #checkpointsFolder: string;
  readonly #added: string[] = [];
  readonly #skipped: string[] = [];
  /** Ids that this database gave to the numbered rows of the run that is being added. */
  #ids = new Map<string, number[]>();
  /** Null between runs, and while one is skipped. */
  #adding: string | null = null;
  #begun = false;
  #ended = false;

  constructor(db: Database, path: string, checkpointsFolder: string) {
    this.#db = db;
    this.#path = path;
    this.#checkpointsFolder = checkpointsFolder;
  }

  get result(): ImportedRuns {
    return { added: this.#added, skipped: this.#skipped };
  }

  /** What was done so far, in a sentence. */
  get said(): string {
    return `${this.#added.length} runs were added before it.`;
  }

  take(line: Line, number: number): void {
    if ("format" in line) {
      this.#begin(line);
      return;
    }
    if (!this.#begun) {
      throw new StoreError(`${this.#path} is no bundle of runs: its first line does not say so.`);
    }
    if ("end" in line) {
      this.#commit();
      this.#ended = true;
      const found = this.#added.length + this.#skipped.length;
      if (line.end.runs !== found) {
        throw new StoreError(
          `${this.#path} says that it holds ${line.end.runs} runs, and ${found} were found. ${this.said}`,
        );
      }
    } else if ("row" in line) {
      this.#commit();
      this.#beginRun(line);
    } else if (line.run === this.#adding) {
      if ("table" in line) this.#addRows(line);
      else this.#addFile(line);
    } else if (!this.#skipped.includes(line.run)) {
      throw new StoreError(`${this.#path}, line ${number} belongs to run ${line.run}, which did not begin.`);
    }
  }

  finish(): void {
    if (this.#ended) return;
    this.abandon();
    throw new StoreError(
      `${this.#path} is cut off: its last line is missing. ${this.said} Get the whole file and import it again; ` +
        "runs that are there already are skipped.",
    );
  }

  abandon(): void {
    if (this.#adding === null) return;
    this.#db.exec("ROLLBACK");
    rmSync(join(this.#checkpointsFolder, this.#adding), { recursive: true, force: true });
    this.#adding = null;
  }

  #begin({ version, schema }: { version: number; schema: number }): void {
    const own = schemaVersion(this.#db);
    if (version > BUNDLE_VERSION || schema > own) {
      throw new StoreError(
        `${this.#path} was written by a newer version of the app (schema ${schema}; this one knows up to ${own}). ` +
          "Update the app, then import it.",
      );
    }
    this.#begun = true;
  }

  #beginRun({
    run,
    machine,
    row: given,
  }: {
    run: string;
    machine: v.InferOutput<typeof row>;
    row: v.InferOutput<typeof row>;
  }): void {
    if (this.#db.prepare<{ id: string }>("SELECT id FROM run WHERE id = ?").get(run) !== undefined) {
      this.#skipped.push(run);
      return;
    }
    this.#db.exec("BEGIN IMMEDIATE");
    this.#adding = run;
    this.#ids = new Map();
    // A machine that is known keeps what was last seen of it here.
    this.#insert("machine", { ...machine }, "OR IGNORE");
    const status = given["status"] === "running" ? "interrupted" : (given["status"] ?? null);
    const revision = this.#db
      .prepare<{ next: number }>("SELECT coalesce(max(revision), 0) + 1 AS next FROM run")
      .get();
    this.#insert("run", { ...given, id: run, status, revision: revision?.next ?? 1 });
  }

  #addRows({
    run,
    table,
    columns,
    rows,
  }: {
    run: string;
    table: string;
    columns: string[];
    rows: SqlValue[][];
  }): void {
    const found = BUNDLE_TABLES.find(({ name }) => name === table);
    const refers = found?.refers ?? null;
    const ids = this.#ids.get(table) ?? [];
    this.#ids.set(table, ids);
    if (columns.some((column) => LOCAL_COLUMNS.includes(column))) {
      throw new StoreError(`${this.#path}: table ${table} of run ${run} has a column that is not its own.`);
    }
    const belongs = refers === null || !["series", "rung"].includes(refers.table);
    for (const values of rows) {
      const given: Record<string, SqlValue> = Object.fromEntries(
        columns.map((column, i) => [column, values[i] ?? null]),
      );
      if (refers !== null && typeof given[refers.column] === "number") {
        const id = this.#ids.get(refers.table)?.[Number(given[refers.column])];
        if (id === undefined) {
          throw new StoreError(
            `${this.#path}: table ${table} of run ${run} refers to a row that is missing.`,
          );
        }
        given[refers.column] = id;
      }
      ids.push(this.#insert(table, belongs ? { run_id: run, ...given } : given));
    }
  }

  #addFile({ run, file, base64 }: { run: string; file: string; base64: string }): void {
    const folder = join(this.#checkpointsFolder, run);
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, file), Buffer.from(base64, "base64"));
  }

  #insert(table: string, values: Readonly<Record<string, SqlValue>>, or = ""): number {
    const names = Object.keys(values);
    for (const name of names) {
      if (!/^[a-z][a-z0-9_]*$/.test(name))
        throw new StoreError(`${this.#path}: "${name}" is not a column's name.`);
    }
    const sql = `INSERT ${or} INTO ${table} (${names.join(", ")}) VALUES (${names.map((name) => `@${name}`).join(", ")})`;
    return Number(this.#statement(sql).run(values).lastInsertRowid);
  }

  readonly #statements = new Map<string, ReturnType<Database["prepare"]>>();

  #statement(sql: string): ReturnType<Database["prepare"]> {
    const known = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, known);
    return known;
  }

  #commit(): void {
    if (this.#adding === null) return;
    this.#db.exec("COMMIT");
    this.#added.push(this.#adding);
    this.#adding = null;
  }
}
