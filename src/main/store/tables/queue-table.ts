import { createHash } from "node:crypto";
import { messageOf } from "../../../core/thrown.ts";
import * as v from "valibot";
import { queuedRequestSchema, type QueuedRequest } from "../../../shared/experiments/training.ts";
import { issueAt } from "../../../shared/ipc/issue-words.ts";
import { keptStatement, type Database } from "../open/database.ts";
import { parsePacked, toJsonColumn, unreadable } from "./json-column.ts";

/** A training that waits for its turn. */
export interface QueuedRow {
  readonly id: string;
  /** ISO 8601 UTC. */
  readonly queuedAt: string;
  readonly title: string;
  readonly note: string;
  readonly request: QueuedRequest;
}

/** As it is found again; of one that cannot be read `request` is null and `problem` says why. */
export type FoundQueuedRow = Omit<QueuedRow, "request"> & {
  readonly request: QueuedRequest | null;
  readonly problem: string;
};

const sha256 = (content: Uint8Array): string => createHash("sha256").update(content).digest("hex");

/** Trainings that wait, in their order, and the files of weights that they begin with. */
export class QueueTable {
  readonly #insert;
  readonly #insertWeights;
  readonly #select;
  readonly #selectWeights;
  readonly #drop;
  readonly #dropWeights;

  constructor(db: Database) {
    this.#insert = keptStatement(
      db,
      `INSERT INTO queued_training (id, queued_at, title, note, request, weights)
       VALUES (@id, @queuedAt, @title, @note, @request, @weights)`,
    );
    this.#insertWeights = keptStatement(db, "INSERT OR IGNORE INTO queued_weights VALUES (?, ?)");
    this.#select = keptStatement<Omit<QueuedRow, "request"> & { readonly request: string }>(
      db,
      "SELECT id, queued_at AS queuedAt, title, note, request FROM queued_training ORDER BY position",
    );
    this.#selectWeights = keptStatement<{ hash: string | null; content: Uint8Array | null }>(
      db,
      `SELECT weights AS hash, content FROM queued_training LEFT JOIN queued_weights ON hash = weights
       WHERE id = ?`,
    );
    this.#drop = keptStatement(db, "DELETE FROM queued_training WHERE id = ?");
    this.#dropWeights = keptStatement(
      db,
      "DELETE FROM queued_weights WHERE hash NOT IN (SELECT weights FROM queued_training WHERE weights IS NOT NULL)",
    );
  }

  /** @param content Of a file of weights that all of them begin with; null where they are drawn. */
  add(trainings: readonly QueuedRow[], content: Uint8Array | null): void {
    const weights = content === null ? null : sha256(content);
    if (weights !== null && content !== null) this.#insertWeights().run(weights, content);
    for (const { request, ...training } of trainings) {
      this.#insert().run({ ...training, request: toJsonColumn(request), weights });
    }
  }

  list(): FoundQueuedRow[] {
    return this.#select()
      .all()
      .map(({ request, ...row }) => ({ ...row, ...readRequest(request, row.title) }));
  }

  /** The weights that a training begins with; null where they are drawn. @throws {StoreError} If they are not whole. */
  weightsOf(id: string): Uint8Array | null {
    const { hash = null, content = null } = this.#selectWeights().get(id) ?? {};
    if (hash === null) return null;
    if (content !== null && sha256(content) === hash) return content;
    throw unreadable("The file of weights of a queued training", "its content is not what was queued");
  }

  drop(ids: readonly string[]): void {
    for (const id of ids) this.#drop().run(id);
    this.#dropWeights().run();
  }
}

function readRequest(text: string, title: string): Pick<FoundQueuedRow, "request" | "problem"> {
  let problem: string;
  try {
    const checked = v.safeParse(queuedRequestSchema, parsePacked(text));
    if (checked.success) return { request: checked.output, problem: "" };
    const [issue] = checked.issues;
    problem = issueAt(issue);
  } catch (error) {
    problem = messageOf(error);
  }
  return { request: null, problem: unreadable(`The queued training ${title}`, problem).message };
}
