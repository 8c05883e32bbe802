import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { makeFolder } from "../../data/make-folder.ts";
import { ContractError } from "../../../core/errors.ts";
import { parameterShapes, type Network } from "../../../core/network/network.ts";
import { writeSafetensors, type WrittenTensor } from "../../data/safetensors.ts";

/** Files as the window read them, by their paths within what was dropped. */
export interface DroppedFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Lets `body` read files in a folder of their own, which is gone afterwards. */
export async function inOwnFolder<T>(
  files: readonly DroppedFile[],
  body: (folder: string) => Promise<T>,
): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), "backprop-lab-dropped-"));
  try {
    for (const { path, bytes } of files) {
      const target = join(folder, path);
      if (!target.startsWith(join(folder, "/"))) {
        throw new ContractError(`${path} leads out of what was dropped: expected a path inside of it`);
      }
      makeFolder(dirname(target));
      await writeFile(target, bytes);
    }
    return await body(folder);
  } catch (error) {
    // A person knows the files by their names, not by the folder that they are in for a moment.
    if (error instanceof Error) error.message = error.message.replaceAll(join(folder, "/"), "");
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A file of weights as a training takes it to begin with. */
export async function weightsFile(
  network: Network,
  parameters: Readonly<Record<string, Float32Array>>,
): Promise<Uint8Array> {
  return inOwnFolder([], async (folder) => {
    const path = join(folder, "weights.safetensors");
    const tensors = parameterShapes(network).map(({ name, shape }): [string, WrittenTensor] => [
      name,
      { shape, data: parameters[name] ?? new Float32Array() },
    ]);
    await writeSafetensors(path, {
      tensors: Object.fromEntries(tensors),
      metadata: { format: "backprop-lab" },
    });
    return new Uint8Array(await readFile(path));
  });
}
