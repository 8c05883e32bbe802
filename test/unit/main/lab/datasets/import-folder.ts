import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import type {
  ImportPlan,
  ImportPreview,
  DialectChanges,
} from "../../../../../src/shared/experiments/data-import.ts";
import type { StoredDataset } from "../../../../../src/shared/experiments/stored-dataset.ts";
import { DataImporter } from "../../../../../src/main/lab/datasets/import/data-importer.ts";
import { StoredSource } from "../../../../../src/main/lab/datasets/stored-source.ts";

const NO_WATCH = { checkpoint: () => undefined, progress: () => undefined };

/** A folder of files to import and a folder for what becomes of them. */
export class ImportFolder {
  readonly path = mkdtempSync(join(tmpdir(), "backprop-lab-import-test-"));
  readonly root = join(this.path, "data");
  readonly importer = new DataImporter();

  write(name: string, content: string | Uint8Array): string {
    const path = join(this.path, name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    return path;
  }

  preview(paths: string | readonly string[], changes: DialectChanges = {}): Promise<ImportPreview> {
    return this.importer.preview(typeof paths === "string" ? [paths] : paths, changes, NO_WATCH);
  }

  accept(plan: ImportPlan, checkpoint: () => void = () => undefined): Promise<StoredDataset> {
    return this.importer.accept(this.root, plan, { ...NO_WATCH, checkpoint });
  }

  async import(
    paths: string | readonly string[],
    change: Partial<ImportPlan> = {},
    changes: DialectChanges = {},
  ): Promise<StoredDataset> {
    const { plan } = await this.preview(paths, changes);
    return this.accept({ ...plan, ...change });
  }

  source(stored: StoredDataset): StoredSource {
    return new StoredSource(stored, join(this.root, stored.dataset.id));
  }

  /** What lies beside finished imports: nothing, if all went well or was cleaned up. */
  left(): string[] {
    try {
      return readdirSync(this.root);
    } catch {
      return [];
    }
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}

/** A .npy file; `fortran` stores the values as given and says so. */
export function npyBytes(
  descr: string,
  shape: readonly number[],
  bytes: Uint8Array,
  { fortran = false }: { readonly fortran?: boolean } = {},
): Uint8Array {
  const sizes = shape.length === 1 ? `${shape[0] ?? 0},` : shape.join(", ");
  const text = `{'descr': '${descr}', 'fortran_order': ${fortran ? "True" : "False"}, 'shape': (${sizes}), }`;
  const padded = `${text.padEnd(117)}\n`;
  const head = Buffer.from([0x93, ...Buffer.from("NUMPY"), 1, 0, padded.length & 255, padded.length >> 8]);
  return new Uint8Array(Buffer.concat([head, Buffer.from(padded), bytes]));
}

/** An IDX file of a type (08 bytes, 0b int16, 0d float32, …) with bytes as they are to lie in it. */
export function idxBytes(type: number, shape: readonly number[], bytes: Uint8Array): Uint8Array {
  const header = Buffer.alloc(4 + 4 * shape.length);
  header.set([0, 0, type, shape.length]);
  shape.forEach((size, axis) => header.writeUInt32BE(size, 4 + 4 * axis));
  return new Uint8Array(Buffer.concat([header, bytes]));
}
