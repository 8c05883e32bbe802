import * as v from "valibot";
import {
  cellDetailsSchema,
  quantitiesSchema,
  type CellResult,
  type GradientCheck,
  type Timing,
  type Verdict,
} from "../../../shared/runs/run-records.ts";
import { keptStatement, type Database } from "../open/database.ts";
import { fromJsonColumn, toJsonColumn } from "./json-column.ts";

interface CellRow {
  readonly id: number;
  readonly position: number;
  readonly cell: string;
  readonly title: string;
  readonly startedAt: string;
  readonly ms: number | null;
  readonly expected: string;
  readonly measured: string;
  readonly verdict: Verdict;
  readonly reason: string;
  readonly details: string;
}

/** Timings and gradient checks have tables of their own. */
const storedDetailsSchema = v.omit(cellDetailsSchema, ["timings", "gradientChecks"]);

/** What the other tables hold of one cell. */
export interface CellParts {
  readonly timings: Timing[];
  readonly gradientChecks: GradientCheck[];
}

function toCell(row: CellRow, where: string, { timings, gradientChecks }: CellParts): CellResult {
  return {
    cell: row.cell,
    title: row.title,
    order: row.position,
    startedAt: row.startedAt,
    ms: row.ms ?? Number.NaN,
    expected: fromJsonColumn(quantitiesSchema, row.expected, `The expected values of ${where}`),
    measured: fromJsonColumn(quantitiesSchema, row.measured, `The measured values of ${where}`),
    verdict: row.verdict,
    reason: row.reason,
    details: {
      ...fromJsonColumn(storedDetailsSchema, row.details, `The details of ${where}`),
      timings,
      gradientChecks,
    },
  };
}

/** One row a cell that ran, in order of execution. */
export class CellTable {
  readonly #insert;
  readonly #select;

  constructor(db: Database) {
    this.#insert = keptStatement(
      db,
      `INSERT INTO cell (run_id, position, cell, title, started_at, ms, expected, measured, verdict, reason, details)
       VALUES (@runId, @order, @cell, @title, @startedAt, @ms, @expected, @measured, @verdict, @reason, @details)`,
    );
    this.#select = keptStatement<CellRow>(
      db,
      `SELECT id, position, cell, title, started_at AS startedAt, ms, expected, measured, verdict, reason, details
       FROM cell WHERE run_id = ? ORDER BY position`,
    );
  }

  /** @returns the row's id, to which its timings and gradient checks refer. */
  insert(runId: string, cell: CellResult): number {
    const { statistics, histograms, gradients } = cell.details;
    const { lastInsertRowid } = this.#insert().run({
      ...cell,
      runId,
      expected: toJsonColumn(cell.expected),
      measured: toJsonColumn(cell.measured),
      details: toJsonColumn({ statistics, histograms, gradients }),
    });
    return Number(lastInsertRowid);
  }

  ofRun(runId: string, partsOf: (cellId: number) => CellParts): CellResult[] {
    return this.#select()
      .all(runId)
      .map((row) => toCell(row, `cell ${row.cell} in run ${runId}`, partsOf(row.id)));
  }
}
