import { ShapeError } from "../../core/errors.ts";
import { messageOf } from "../../core/thrown.ts";
import { NPY_MAGIC } from "./npy-header.ts";
import { replaceFile } from "./replace-file.ts";

/** Where the values of a .npy file begin must be a multiple of this. */
const ALIGNMENT = 64;
const CHUNK_ELEMENTS = 1 << 20;

/** The header of version 1.0 for values in C order; `descr` is numpy's name of their type, "<f4" for example. */
export function npyHeader(descr: string, shape: readonly number[]): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0] ?? 0},` : shape.join(", ");
  const dictionary = `{'descr': '${descr}', 'fortran_order': False, 'shape': (${sizes}), }`;
  const prefixBytes = NPY_MAGIC.length + 4;
  const length = Math.ceil((prefixBytes + dictionary.length + 1) / ALIGNMENT) * ALIGNMENT - prefixBytes;
  return Uint8Array.of(
    ...NPY_MAGIC,
    1,
    0,
    length & 0xff,
    length >> 8,
    ...new TextEncoder().encode(`${dictionary.padEnd(length - 1)}\n`),
  );
}

/**
 * Writes float32 values in C order as a .npy file: beside the target first, then renamed, so that a full disk leaves
 * an older file as it was.
 *
 * @throws {ShapeError} If the number of values does not fit the shape. @throws {Error} If it cannot be written.
 */
export async function writeNpy(path: string, shape: readonly number[], data: Float32Array): Promise<void> {
  const numel = shape.reduce((product, size) => product * size, 1);
  if (numel !== data.length) {
    throw new ShapeError("writeNpy", `${numel} values for shape (${shape.join(", ")})`, `${data.length}`);
  }
  try {
    await replaceFile(path, async (handle) => {
      await handle.appendFile(npyHeader("<f4", shape));
      for (let at = 0; at < data.length; at += CHUNK_ELEMENTS) {
        // A copy: the values may lie in shared memory, which writing does not accept everywhere.
        const chunk = Float32Array.from(data.subarray(at, at + CHUNK_ELEMENTS));
        await handle.appendFile(new Uint8Array(chunk.buffer));
      }
    });
  } catch (error) {
    const reason = messageOf(error);
    throw new Error(`"${path}" was not saved: ${reason}. Choose another place or free some space.`, {
      cause: error,
    });
  }
}
