import { readFile } from "node:fs/promises";
import { messageOf } from "../../core/thrown.ts";
import * as v from "valibot";
import { ContractError } from "../../core/errors.ts";
import { issuesAt } from "../../shared/ipc/issue-words.ts";

/**
 * Reads a spec from a JSON file and checks it.
 *
 * @throws {ContractError} If the file is no JSON or does not fit the schema: names every place and what is wrong there.
 */
export async function readSpec<S extends v.GenericSchema>(
  schema: S,
  path: string,
): Promise<v.InferOutput<S>> {
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, "utf8"));
  } catch (error) {
    const reason = messageOf(error);
    throw new ContractError(`${path} cannot be read as JSON: ${reason}`, { cause: error });
  }
  const checked = v.safeParse(schema, json);
  if (checked.success) return checked.output;
  throw new ContractError(`${path}: ${issuesAt(checked.issues)}`);
}
