import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeNpy } from "../../data/write-npy.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { NotebookLab } from "./notebook-lab.ts";
import { GRADIENT_NAMES } from "../compute/notebook-network.ts";

/** Where a gradient is saved. */
export const gradientFile = (folder: string, name: string): string =>
  join(folder, `notebook_${name}_grad.npy`);

/**
 * Writes the gradients of the last hand-written stage as notebook_NAME_grad.npy, float32 in C order; x has all rows.
 *
 * @returns the paths. @throws {ContractError} If the stage has not run.
 */
export async function saveGradients(notebook: NotebookLab, folder: string): Promise<readonly string[]> {
  const { session, stage } = notebook.gradientsOf("Module", "64");
  await mkdir(folder, { recursive: true });
  const paths: string[] = [];
  for (const name of GRADIENT_NAMES) {
    const tensor = stage.gradients[name];
    const path = gradientFile(folder, name);
    await writeNpy(path, tensor.shape, viewOf(session.engine.arena.memory, tensor, "float32"));
    paths.push(path);
  }
  return paths;
}
