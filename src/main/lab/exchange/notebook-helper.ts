import { readFile } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { ContractError } from "../../../core/errors.ts";
import { replaceFile } from "../../data/replace-file.ts";
import { requireTarget } from "../../store/open/output-target.ts";

/** What a notebook in Python imports, from its own folder. */
export const NOTEBOOK_HELPER = "lab_notebook.py";

const contentOf = (path: string): Promise<Buffer | null> =>
  readFile(path).catch((error: unknown) => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return null;
    throw error;
  });

/** Whether the file at `path`, which is another one, may be replaced. */
export type MayReplace = (path: string) => Promise<boolean>;

/**
 * Finds out whether `lab_notebook.py` can go beside a notebook in Python, before the notebook is written.
 *
 * @returns what writes it; one that is there already, with the same content, stays. Null where another file has its name
 * and may not be replaced.
 * @throws {ContractError} If the notebook would have its name. @throws {StoreError} If it cannot be written.
 */
export async function notebookHelper(
  notebook: string,
  { pythonDir, mayReplace }: { readonly pythonDir: string; readonly mayReplace: MayReplace },
): Promise<(() => Promise<void>) | null> {
  if (basename(notebook).toLowerCase() === NOTEBOOK_HELPER) {
    throw new ContractError(
      `${notebook}: ${NOTEBOOK_HELPER} is what the notebook imports. Choose another name for the notebook`,
    );
  }
  const target = join(dirname(notebook), NOTEBOOK_HELPER);
  const content = await readFile(join(pythonDir, NOTEBOOK_HELPER));
  const there = await contentOf(target);
  if (there?.equals(content) === true) return () => Promise.resolve();
  if (there !== null && !(await mayReplace(target))) return null;
  const overwrite = there !== null;
  requireTarget(target, { database: null, overwrite });
  return () => replaceFile(target, (handle) => handle.writeFile(content), { overwrite });
}
