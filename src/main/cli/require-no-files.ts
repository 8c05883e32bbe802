import { readdir } from "node:fs/promises";
import { ContractError } from "../../core/errors.ts";

/** @throws {ContractError} If there is a folder with something in it. */
export async function requireNoFiles(folder: string): Promise<void> {
  const found = await readdir(folder).catch(() => []);
  if (found.length === 0) return;
  throw new ContractError(
    `${folder} holds files already: choose another folder, or replace them with --force`,
  );
}
