import { ContractError } from "../errors.ts";
import { AUTOGRAD_CELLS } from "./cells/autograd-cells.ts";
import { DATA_CELLS } from "./cells/data-cells.ts";
import { INIT_CELLS } from "./cells/init-cells.ts";
import { LADDER_CELL } from "./cells/ladder-cell.ts";
import { MODEL_CELLS } from "./cells/model-cells.ts";
import type { NotebookCell } from "./cells/notebook-cell.ts";
import { STAGE_CELLS } from "./cells/stage-cells.ts";

/** The notebook in its order. */
export const NOTEBOOK_CELLS: readonly NotebookCell[] = [
  LADDER_CELL,
  ...DATA_CELLS,
  ...INIT_CELLS,
  ...MODEL_CELLS,
  ...STAGE_CELLS,
  ...AUTOGRAD_CELLS,
];

/** @throws {ContractError} If the notebook has no such cell. */
export function notebookCell(id: string): NotebookCell {
  const cell = NOTEBOOK_CELLS.find((candidate) => candidate.id === id);
  if (cell === undefined) {
    const known = NOTEBOOK_CELLS.map((candidate) => candidate.id).join(", ");
    throw new ContractError(`notebookCell: there is no cell "${id}"; the cells are ${known}`);
  }
  return cell;
}

/**
 * The cells to execute so that `wanted` can run: those among their needs, direct or not, that `done` does not hold,
 * then the wanted ones, all in the notebook's order.
 */
export function executionOrder(wanted: readonly string[], done: ReadonlySet<string>): readonly string[] {
  const chosen = new Set<string>();
  const choose = (id: string): void => {
    if (chosen.has(id)) return;
    chosen.add(id);
    for (const need of notebookCell(id).needs) if (!done.has(need)) choose(need);
  };
  wanted.forEach(choose);
  return NOTEBOOK_CELLS.map(({ id }) => id).filter((id) => chosen.has(id));
}
