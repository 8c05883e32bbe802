import { ContractError } from "../../../core/errors.ts";
import { cellLabel, type DocumentCell, type LabDocument } from "../../../shared/documents/lab-document.ts";
import {
  EMPTY_MEMORY,
  RunPlan,
  type NameTooEarly,
  type PlannedCell,
} from "../../../shared/documents/run-plan.ts";
import type { CellOutput } from "../../../shared/live/cell-output.ts";
import type { CellResult } from "../../../shared/live/cell-result.ts";
import { planCell, runnableCells } from "./plan-cells.ts";

/** A cell that has run. */
export interface RanCell {
  readonly cell: DocumentCell;
  readonly result: CellResult;
}

export interface DocumentRun {
  /** In the order of their runs. */
  readonly cells: readonly RanCell[];
  /** Cells that were to run and did not, because one before them failed or it was stopped. */
  readonly left: readonly DocumentCell[];
}

/** Hears of a run as it goes on. */
export interface DocumentListener {
  readonly onCell?: (cell: DocumentCell, place: { readonly done: number; readonly total: number }) => void;
  readonly onOutput?: (cell: DocumentCell, output: CellOutput) => void;
  /** In words how far something long in a cell is and what is left of it; "" when it is over. */
  readonly onForecast?: (cell: DocumentCell, words: string) => void;
  readonly onEnd?: (ran: RanCell) => void;
}

/** What runs the cells: a live kernel. */
export interface CellRunner {
  runCell(
    cell: { readonly id: string; readonly source: string },
    options: {
      readonly onOutput: (output: CellOutput) => void;
      readonly onForecast: (words: string) => void;
    },
  ): Promise<CellResult>;
}

/** The cells of these ids or names, and what they need, in the document's order. @throws {ContractError} */
function chooseCells(
  cells: readonly DocumentCell[],
  plan: RunPlan,
  wanted: readonly string[] | null,
): readonly DocumentCell[] {
  if (wanted === null) return cells;
  const ids = wanted.map((name) => {
    const cell = cells.find(({ id }) => id === name) ?? cells.find((one) => cellLabel(one) === name);
    if (cell !== undefined) return cell.id;
    throw new ContractError(
      `There is no cell "${name}" that can run; the cells are ${cells.map(({ id }) => id).join(", ")}`,
    );
  });
  const chosen = new Set(ids.flatMap((id) => plan.before(id)));
  return cells.filter(({ id }) => chosen.has(id));
}

/** @throws {ContractError} If a name stands above its only definition. */
function requireOrder(plan: RunPlan, chosen: readonly DocumentCell[]): void {
  const early = chosen.flatMap(({ id }) => plan.tooEarly(id));
  if (early.length === 0) return;
  const described = ({ cell, name, definedIn }: NameTooEarly): string =>
    `cell ${cell} uses ${name}, which is only defined below it, in cell ${definedIn}`;
  throw new ContractError(
    `Nothing was run: ${early.map(described).join("; ")}. Move the definition up, or define it in a cell above`,
  );
}

/**
 * Runs cells of a document from a fresh kernel: all of them, or the wanted ones with what they need. A cell that fails
 * ends the run, but for a failed check, which the cells after it do not depend on.
 *
 * @throws {ContractError} Before anything runs: if there is no such cell, or a name is used above its definition.
 */
export async function runDocument(
  kernel: CellRunner,
  document: LabDocument,
  {
    wanted,
    stopped,
    listener,
  }: {
    /** Ids or names of cells; null for all. */
    readonly wanted: readonly string[] | null;
    /** Whether the run is to end. */
    readonly stopped: () => boolean;
    readonly listener: DocumentListener;
  },
): Promise<DocumentRun> {
  const cells = runnableCells(document.cells);
  const planned = new Map<string, PlannedCell>(cells.map((cell) => [cell.id, planCell(cell)]));
  const plan = new RunPlan([...planned.values()], EMPTY_MEMORY);
  const chosen = chooseCells(cells, plan, wanted);
  requireOrder(plan, chosen);
  const ran: RanCell[] = [];
  for (const [done, cell] of chosen.entries()) {
    if (stopped()) break;
    listener.onCell?.(cell, { done, total: chosen.length });
    const result = await kernel.runCell(
      { id: cell.id, source: cell.source },
      {
        onOutput: (output) => listener.onOutput?.(cell, output),
        onForecast: (words) => listener.onForecast?.(cell, words),
      },
    );
    const end = { cell, result };
    ran.push(end);
    listener.onEnd?.(end);
    if (result.error !== null && result.error.kind !== "check") break;
  }
  return { cells: ran, left: chosen.slice(ran.length) };
}
