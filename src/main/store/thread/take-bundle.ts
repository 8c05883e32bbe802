import { randomUUID } from "node:crypto";
import { StoreError } from "../../../core/errors.ts";
import { messageOf } from "../../../core/thrown.ts";
import type { Replacing, TakenRuns } from "../../../shared/runs/run-exports.ts";
import { preparedOnce, type Database } from "../open/database.ts";
import { cameFurther, placeOf, runThere, TARGET, type Place } from "./bundle-place.ts";
import type { BundleWeights } from "./bundle-weights.ts";
import { arrive, settle } from "./copy-run.ts";
import { PARTED_TABLES, removeUnowned, unownedNames } from "../parted-rows.ts";
import { LOCKED_MS, writePart } from "./write-part.ts";

/** How far the runs of a bundle are taken. */
export interface TakenPart {
  /** There is nothing left to take. */
  readonly over: boolean;
  /** Share of the rows, 0 to 1. */
  readonly share: number;
  /** Runs that are there whole, and those that are not taken. */
  readonly imported: TakenRuns;
}

export function notTaken(where: string, error: unknown, soFar: string): StoreError {
  return new StoreError(`${where}: ${messageOf(error).replace(/\.$/, "")}. ${soFar}`, { cause: error });
}

/** A bundle that was read and is sound. */
export class ReadBundle {
  readonly #db: Database;
  readonly #statements: Pick<Database, "prepare">;
  readonly #path: string;
  readonly #weights: BundleWeights;
  /** Runs of the bundle in its order, each with what becomes of it. */
  readonly #found: ReadonlyMap<string, Place>;
  readonly #replacing: Replacing;
  /** Tells this import from others. */
  readonly #name = randomUUID();
  readonly #lockedMs: number;
  readonly #rows: number;
  #copied = 0;
  #steps: Iterator<number>;
  #givenUp = false;
  readonly #imported: Record<Place, string[]> = { added: [], replaced: [], skipped: [], inTrash: [] };
  /** Runs of the transaction that is open. */
  #settling: (readonly [Place, string])[] = [];

  constructor(
    db: Database,
    {
      path,
      weights,
      found,
      replacing,
      lockedMs = LOCKED_MS,
    }: {
      readonly path: string;
      readonly weights: BundleWeights;
      readonly found: ReadonlyMap<string, Place>;
      readonly replacing: Replacing;
      readonly lockedMs?: number | undefined;
    },
  ) {
    this.#db = db;
    this.#statements = preparedOnce(db);
    this.#replacing = replacing;
    this.#path = path;
    this.#weights = weights;
    this.#found = found;
    this.#lockedMs = lockedMs;
    this.#rows = PARTED_TABLES.reduce((sum, { name }) => sum + countRows(db, name), 0);
    // Rows arrive before their runs, and were checked when they were read.
    db.exec("PRAGMA foreign_keys = OFF");
    this.#steps = this.#take();
  }

  /**
   * Adds runs that are not there yet, as many as fit into a short transaction, or a part of one, which nobody sees
   * before it is there whole. A finished run, or with "further" one that has come further, takes the place of the same
   * one that is not finished, which keeps what a person has said of it; what is in the trash stays there.
   *
   * @throws {StoreError} That says how many runs are there; what has arrived of others is removed by `giveUpPart`.
   */
  takePart(): TakenPart {
    try {
      const onStep = (rows: number): void => void (this.#copied += rows);
      const over = writePart(this.#db, this.#steps, { lockedMs: this.#lockedMs, onStep });
      this.#weights.keep();
      for (const [place, run] of this.#settling) this.#imported[place].push(run);
      this.#settling = [];
      return { over, share: this.#rows === 0 ? 1 : this.#copied / this.#rows, imported: this.#imported };
    } catch (error) {
      this.#weights.takeBack();
      const there = this.#imported.added.length + this.#imported.replaced.length;
      throw notTaken(
        this.#path,
        error,
        there === 0
          ? "Nothing was imported."
          : `${there} of its ${this.#found.size} runs were imported: import it again for the others.`,
      );
    }
  }

  /** Removes what has arrived of runs that are not there whole, in short transactions; after that nothing is taken. */
  giveUpPart(): TakenPart {
    if (!this.#givenUp) this.#steps = this.#removeUnowned();
    this.#givenUp = true;
    return {
      over: writePart(this.#db, this.#steps, { lockedMs: this.#lockedMs }),
      share: 1,
      imported: this.#imported,
    };
  }

  close(): void {
    this.#weights.close();
    this.#db.close();
  }

  *#take(): Generator<number> {
    // What an import left that was killed.
    yield* this.#removeUnowned();
    for (const [run, before] of this.#found) {
      if (this.#isTaken(this.#placeNow(run, before))) yield* arrive(this.#statements, run, this.#name);
      // Somebody may have begun, ended or thrown it away meanwhile.
      const place = this.#placeNow(run, before);
      if (this.#isTaken(place)) {
        settle(this.#statements, run, this.#name);
        this.#weights.publish(run);
      }
      this.#settling.push([place, run]);
      yield 0;
    }
    // Of runs whose place others have taken, and of those that were not taken in the end.
    yield* this.#removeUnowned();
  }

  #removeUnowned(): Generator<number> {
    return removeUnowned(this.#statements, unownedNames(this.#statements, TARGET), TARGET);
  }

  #isTaken(place: Place): boolean {
    return place === "added" || place === "replaced";
  }

  #placeNow(run: string, before: Place): Place {
    const db = this.#statements;
    const read = db.prepare<{ status: string }>("SELECT status FROM main.run WHERE id = ?").get(run);
    if (read === undefined) return before;
    const place = placeOf(runThere(db, run), read.status, this.#replacing);
    return place !== "replaced" || read.status === "finished" || cameFurther(db, run) ? place : "skipped";
  }
}

function countRows(db: Database, table: string): number {
  return db.prepare<{ n: number }>(`SELECT count(*) AS n FROM main.${table}`).get()?.n ?? 0;
}
