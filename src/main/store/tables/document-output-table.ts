import * as v from "valibot";
import { storedCellSchema, type StoredCell } from "../../../shared/live/live-session.ts";
import { keptStatement, type Database } from "../open/database.ts";
import { fromJsonColumn, toJsonColumn } from "./json-column.ts";

/** What a cell gave, without what depends on the document's present text. */
export type CellOutputRecord = Omit<StoredCell, "current">;

interface OutputRow {
  readonly cell: string;
  readonly at: string;
  readonly hash: string;
  readonly output: string;
  readonly runId: string | null;
}

/** What a cell of a notebook in the library gave. */
export interface OutputOfDocument extends CellOutputRecord {
  readonly document: { readonly id: string; readonly title: string; readonly version: number };
}

const outputSchema = v.pick(storedCellSchema, ["result", "judged"]);

/** The last result of each cell of each notebook. */
export class DocumentOutputTable {
  readonly #save;
  readonly #putBack;
  readonly #ofDocument;
  readonly #withParts;
  readonly #clear;
  readonly #clearAll;

  constructor(db: Database) {
    this.#save = keptStatement(
      db,
      `INSERT INTO document_output VALUES (@documentId, @cell, @at, @hash, @output, @runId)
       ON CONFLICT (document_id, cell) DO UPDATE SET at = excluded.at, hash = excluded.hash,
         output = excluded.output, run_id = excluded.run_id`,
    );
    this.#putBack = keptStatement(
      db,
      `INSERT INTO document_output VALUES (@documentId, @cell, @at, @hash, @output, @runId)
       ON CONFLICT (document_id, cell) DO NOTHING`,
    );
    this.#ofDocument = keptStatement<OutputRow>(
      db,
      "SELECT cell, at, hash, output, run_id AS runId FROM document_output WHERE document_id = ? ORDER BY at, cell",
    );
    // Within JSON a text that says so has its quotes escaped.
    this.#withParts = keptStatement<
      OutputRow & { readonly id: string; readonly title: string; readonly version: number }
    >(
      db,
      `SELECT cell, at, hash, output, run_id AS runId, document.id, title, version
       FROM document_output JOIN document ON document.id = document_id
       WHERE deleted_at IS NULL AND (instr(output, '"kind":"activation"') > 0 OR instr(output, '"kind":"loss"') > 0
         OR instr(output, '"kind":"layer"') > 0)
       ORDER BY at DESC, document_id, cell`,
    );
    this.#clear = keptStatement(db, "DELETE FROM document_output WHERE document_id = ? AND cell = ?");
    this.#clearAll = keptStatement(db, "DELETE FROM document_output WHERE document_id = ?");
  }

  save(documentId: string, { result, judged, ...record }: CellOutputRecord): void {
    this.#save().run({ ...record, documentId, output: toJsonColumn({ result, judged }) });
  }

  /** Only where the cell has given nothing since. */
  putBack(documentId: string, { result, judged, ...record }: CellOutputRecord): void {
    this.#putBack().run({ ...record, documentId, output: toJsonColumn({ result, judged }) });
  }

  ofDocument(documentId: string): CellOutputRecord[] {
    return this.#ofDocument()
      .all(documentId)
      .map(({ output, ...row }) => ({
        ...row,
        ...fromJsonColumn(outputSchema, output, `What cell ${row.cell} of notebook ${documentId} gave`),
      }));
  }

  /** Of cells that have defined activations, losses or layers, the newest first; not of notebooks in the trash. */
  withParts(): OutputOfDocument[] {
    return this.#withParts()
      .all()
      .map(({ output, id, title, version, ...row }) => ({
        ...row,
        ...fromJsonColumn(outputSchema, output, `What cell ${row.cell} of notebook ${id} gave`),
        document: { id, title, version },
      }));
  }

  /** Null: of all cells. */
  clear(documentId: string, cells: readonly string[] | null): void {
    if (cells === null) this.#clearAll().run(documentId);
    else for (const cell of cells) this.#clear().run(documentId, cell);
  }
}
