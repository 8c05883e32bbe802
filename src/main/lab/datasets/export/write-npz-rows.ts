import type { FileHandle } from "node:fs/promises";
import { PassThrough, Readable, Writable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { ZipFile } from "yazl";
import { rowsOf, SPLITS, type Split } from "../../../../shared/experiments/dataset.ts";
import { npyHeader } from "../../../data/write-npy.ts";
import type { ReadingWatch } from "../../../data/table-source.ts";
import { firstRowOf, targetWidth, type DataSource } from "../data-source.ts";
import { rowBlocks } from "./row-blocks.ts";

/** numpy gives every entry this one: the same rows are the same file. */
const TIME = new Date("1980-01-01T00:00:00Z");

/** Bytes of values that others may own meanwhile. */
const bytesOf = ({ buffer, byteOffset, byteLength }: ArrayBufferView): Buffer =>
  Buffer.from(new Uint8Array(buffer, byteOffset, byteLength));

async function* featureBytes(source: DataSource, split: Split, watch: ReadingWatch): AsyncGenerator<Buffer> {
  const { features, layout, storage } = source.dataset;
  const item =
    layout === null
      ? [features]
      : [layout.height, layout.width, ...(layout.channels === 1 ? [] : [layout.channels])];
  const shape = [rowsOf(source.dataset, split), ...item];
  yield Buffer.from(npyHeader(storage === "uint8" ? "|u1" : "<f4", shape));
  for await (const { values } of rowBlocks(source, watch, [split])) yield bytesOf(values);
}

async function* targetBytes(source: DataSource, split: Split): AsyncGenerator<Buffer> {
  const [rows, width] = [rowsOf(source.dataset, split), targetWidth(source.dataset)];
  const targets = await source.targets(firstRowOf(source.dataset, split), rows);
  const shape = width === 1 ? [rows] : [rows, width];
  const classes = source.dataset.target.kind === "classes";
  yield Buffer.from(npyHeader(classes ? "<i8" : "<f4", shape));
  yield bytesOf(classes ? BigInt64Array.from(targets, BigInt) : targets);
}

/** Writes arrays x_train, y_train, x_valid … as numpy.savez_compressed does: images as (N, H, W, C), classes as indices. */
export async function writeNpzRows(
  handle: FileHandle,
  source: DataSource,
  watch: ReadingWatch,
): Promise<void> {
  const zip = new ZipFile();
  const packed = new PassThrough();
  zip.outputStream.pipe(packed);
  const add = (name: string, bytes: () => AsyncGenerator<Buffer>): void => {
    zip.addReadStreamLazy(`${name}.npy`, { mtime: TIME, mode: 0o100644 }, (give) => {
      const stream = Readable.from(bytes());
      stream.on("error", (error) => packed.destroy(error));
      give(null, stream);
    });
  };
  for (const split of SPLITS) {
    if (rowsOf(source.dataset, split) === 0) continue;
    add(`x_${split}`, () => featureBytes(source, split, watch));
    add(`y_${split}`, () => targetBytes(source, split));
  }
  zip.end();
  const file = new Writable({
    write: (chunk: Uint8Array, _encoding, done: (error?: Error) => void) => {
      handle.appendFile(chunk).then(() => done(), done);
    },
  });
  await pipeline(packed, file);
}
