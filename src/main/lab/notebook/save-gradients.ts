import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { writeNpy } from "../../data/write-npy.ts";
import { viewOf } from "../../../shared/engine/tensor-view.ts";
import type { NotebookSession, StageGradients } from "./session.ts";
import { GRADIENT_NAMES } from "../compute/notebook-network.ts";

/** Where a gradient is saved. */
export const gradientFile = (folder: string, name: string): string =>
  join(folder, `notebook_${name}_grad.npy`);

/** Writes a stage's gradients as notebook_NAME_grad.npy, float32 in C order; x has all rows. @returns the paths. */
export async function saveGradients(
  session: NotebookSession,
  stage: StageGradients,
  folder: string,
): Promise<readonly string[]> {
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
