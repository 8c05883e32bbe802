import * as v from "valibot";
import { StoreError } from "../../../core/errors.ts";
import {
  isReadable,
  quantitiesSchema,
  runStatusSchema,
  runSummarySchema,
  timeSchema,
  type ListedRun,
  type RunSummary,
} from "../../../shared/runs/run-records.ts";
import type { RunChange } from "../../../shared/runs/run-changes.ts";
import { keptStatement, type Database } from "../open/database.ts";
import { fromJsonColumn, toJsonColumn, unreadable } from "./json-column.ts";

/** As the columns hold it: whatever wrote it may have known other kinds. */
interface RunRow {
  readonly id: string;
  readonly kind: string;
  readonly name: string;
  readonly status: string;
  readonly startedAt: string;
  readonly finishedAt: string | null;
  readonly threads: number;
  readonly rows: number;
  readonly machineId: string;
  readonly config: string;
  readonly summary: string;
  readonly failure: string | null;
  readonly colour: number | null;
  readonly pinned: number;
  readonly notes: string;
  readonly tags: string;
  readonly archivedAt: string | null;
  readonly deletedAt: string | null;
  readonly keptAt: string | null;
}

const COLUMNS = `id, kind, name, status, started_at AS startedAt, finished_at AS finishedAt, threads, rows,
  machine_id AS machineId, config, summary, failure, colour, pinned, notes, tags, archived_at AS archivedAt,
  deleted_at AS deletedAt, kept_at AS keptAt`;
const tagsSchema = v.array(v.string());
/** The next number of all changes; every statement that changes a run sets it. */
const NEXT_REVISION = "revision = (SELECT coalesce(max(revision), 0) + 1 FROM run)";

/** @throws {StoreError} That names the field which cannot be read. */
function toRun(row: RunRow): RunSummary {
  const run = {
    ...row,
    config: fromJsonColumn(quantitiesSchema, row.config, `The settings of run ${row.id}`),
    summary: fromJsonColumn(quantitiesSchema, row.summary, `The summary of run ${row.id}`),
    pinned: row.pinned === 1,
    tags: fromJsonColumn(tagsSchema, row.tags, `The tags of run ${row.id}`),
  };
  const checked = v.safeParse(runSummarySchema, run);
  if (checked.success) return checked.output;
  const [issue] = checked.issues;
  throw unreadable(`Run ${row.id}`, `${v.getDotPath(issue) ?? "it"}: ${issue.message}`);
}

/** The run, or what stands for it in a list when its row cannot be read: one bad row never hides the others. */
function toListed(row: RunRow): ListedRun {
  try {
    return toRun(row);
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    const time = (text: string | null): string | null => (v.is(timeSchema, text) ? text : null);
    return {
      id: row.id,
      kind: "unreadable",
      name: `unreadable: ${row.name}`,
      failure: error.message,
      status: v.is(runStatusSchema, row.status) ? row.status : "failed",
      startedAt: time(row.startedAt) ?? new Date(0).toISOString(),
      finishedAt: time(row.finishedAt),
      threads: 0,
      rows: 0,
      machineId: row.machineId,
      config: {},
      summary: {},
      colour: null,
      pinned: row.pinned === 1,
      notes: "",
      tags: [],
      archivedAt: row.archivedAt === null ? null : (time(row.archivedAt) ?? new Date(0).toISOString()),
      deletedAt: row.deletedAt === null ? null : (time(row.deletedAt) ?? new Date(0).toISOString()),
      keptAt: time(row.keptAt),
    };
  }
}

/** One row a run; what was recorded under it is in the other tables. */
export class RunTable {
  readonly #insert;
  readonly #update;
  readonly #annotate;
  readonly #putAway;
  readonly #running;
  readonly #interrupt;
  readonly #select;
  readonly #selectRecent;
  readonly #selectChanged;
  readonly #delete;
  readonly #expired;
  readonly #count;
  readonly #revision;

  constructor(db: Database) {
    this.#insert = keptStatement(
      db,
      `INSERT INTO run (id, kind, name, status, started_at, finished_at, threads, rows, machine_id, config, summary,
         failure, revision)
       VALUES (@id, @kind, @name, @status, @startedAt, @finishedAt, @threads, @rows, @machineId, @config, @summary,
         @failure, (SELECT coalesce(max(revision), 0) + 1 FROM run))`,
    );
    this.#update = keptStatement(
      db,
      `UPDATE run SET status = @status, finished_at = @finishedAt, summary = @summary, failure = @failure,
         kept_at = @keptAt, ${NEXT_REVISION} WHERE id = @id`,
    );
    this.#annotate = keptStatement(
      db,
      `UPDATE run SET name = @name, colour = @colour, pinned = @pinned, notes = @notes, tags = @tags,
         archived_at = @archivedAt, deleted_at = @deletedAt, kept_at = @keptAt, ${NEXT_REVISION} WHERE id = @id`,
    );
    this.#putAway = keptStatement(
      db,
      `UPDATE run SET archived_at = @archivedAt, deleted_at = @deletedAt, ${NEXT_REVISION} WHERE id = @id`,
    );
    this.#running = keptStatement<{ id: string }>(db, "SELECT id FROM run WHERE status = 'running'");
    this.#interrupt = keptStatement(
      db,
      `UPDATE run SET status = 'interrupted', failure = ?, ${NEXT_REVISION} WHERE status = 'running'`,
    );
    this.#select = keptStatement<RunRow>(db, `SELECT ${COLUMNS} FROM run WHERE id = ?`);
    this.#selectRecent = keptStatement<RunRow>(
      db,
      `SELECT ${COLUMNS} FROM run WHERE id IN (
         SELECT id FROM (
           SELECT id, row_number() OVER (PARTITION BY kind ORDER BY started_at DESC, id DESC) AS place
           FROM run WHERE deleted_at IS NULL
         ) WHERE place <= ?
       ) ORDER BY started_at DESC, id DESC`,
    );
    this.#selectChanged = keptStatement<RunRow & { revision: number }>(
      db,
      `SELECT ${COLUMNS}, revision FROM run WHERE revision > ? ORDER BY revision`,
    );
    this.#delete = keptStatement(db, "DELETE FROM run WHERE id = ?");
    this.#expired = keptStatement<{ id: string }>(
      db,
      "SELECT id FROM run WHERE deleted_at IS NOT NULL AND deleted_at < ?",
    );
    this.#revision = keptStatement<{ revision: number }>(db, "SELECT revision FROM run WHERE id = ?");
    this.#count = keptStatement<{ n: number }>(db, "SELECT count(*) AS n FROM run");
  }

  insert(run: RunSummary): void {
    const { id, kind, name, status, startedAt, finishedAt, threads, rows, machineId, failure } = run;
    this.#insert().run({
      id,
      kind,
      name,
      status,
      startedAt,
      finishedAt,
      threads,
      rows,
      machineId,
      failure,
      config: toJsonColumn(run.config),
      summary: toJsonColumn(run.summary),
    });
  }

  /** Changes how the run ended, or that it goes on. */
  update({ id, status, finishedAt, summary, failure, keptAt }: RunSummary): void {
    this.#update().run({ id, status, finishedAt, summary: toJsonColumn(summary), failure, keptAt });
  }

  /** Changes what a person says of the run. */
  annotate({ id, name, colour, pinned, notes, tags, archivedAt, deletedAt, keptAt }: RunSummary): void {
    this.#annotate().run({
      id,
      name,
      colour,
      notes,
      archivedAt,
      deletedAt,
      keptAt,
      pinned: pinned ? 1 : 0,
      tags: toJsonColumn(tags),
    });
  }

  /** Changes only whether the run is archived or in the trash: what of it cannot be read stays as it is. */
  putAway({ id, archivedAt, deletedAt }: Pick<ListedRun, "id" | "archivedAt" | "deletedAt">): void {
    this.#putAway().run({ id, archivedAt, deletedAt });
  }

  /** Ids of the runs that are on. */
  running(): string[] {
    return this.#running()
      .all()
      .map(({ id }) => id);
  }

  /** @returns how many runs were running. */
  interruptRunning(failure: string): number {
    return this.#interrupt().run(failure).changes;
  }

  /** @throws {StoreError} If its row cannot be read. */
  find(id: string): RunSummary | undefined {
    const row = this.#select().get(id);
    return row === undefined ? undefined : toRun(row);
  }

  /** The run as a list shows it, readable or not. */
  findListed(id: string): ListedRun | undefined {
    const row = this.#select().get(id);
    return row === undefined ? undefined : toListed(row);
  }

  /** The newest so many of each kind that can be read, the newest first, without those in the trash. */
  recent(ofEachKind: number): RunSummary[] {
    return this.#selectRecent().all(ofEachKind).map(toListed).filter(isReadable);
  }

  /** Runs that are new or changed since a revision, readable or not, and the last one. */
  changedSince(revision: number): { readonly runs: ListedRun[]; readonly revision: number } {
    const rows = this.#selectChanged().all(revision);
    return {
      runs: rows.map(({ revision: _, ...row }) => toListed(row)),
      revision: rows.at(-1)?.revision ?? revision,
    };
  }

  /** The number of its last change; 0 if there is no such run. */
  revisionOf(id: string): number {
    return this.#revision().get(id)?.revision ?? 0;
  }

  /** With everything recorded under it. */
  delete(id: string): void {
    this.#delete().run(id);
  }

  /** Ids of runs that were put into the trash before a time (ISO 8601 UTC). */
  expired(before: string): string[] {
    return this.#expired()
      .all(before)
      .map(({ id }) => id);
  }

  count(): number {
    return this.#count().get()?.n ?? 0;
  }
}

/** A run after a person's change; `now` is ISO 8601 UTC. */
export function changedRun<R extends ListedRun>(run: R, change: RunChange, now: string): R {
  const { addTags = [], removeTags = [], archived, deleted, kept, name, colour, pinned, notes } = change;
  const tags = [...run.tags.filter((tag) => !removeTags.includes(tag)), ...addTags];
  return {
    ...run,
    name: name ?? run.name,
    colour: colour === undefined ? run.colour : colour,
    pinned: pinned ?? run.pinned,
    notes: notes ?? run.notes,
    tags: [...new Set(tags)],
    archivedAt: archived === undefined ? run.archivedAt : archived ? (run.archivedAt ?? now) : null,
    deletedAt: deleted === undefined ? run.deletedAt : deleted ? (run.deletedAt ?? now) : null,
    keptAt: kept === undefined ? run.keptAt : kept ? (run.keptAt ?? now) : null,
  };
}
