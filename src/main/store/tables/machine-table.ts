import type { Machine } from "../../../shared/runs/run-records.ts";
import { keptStatement, type Database } from "../open/database.ts";

interface MachineRow {
  readonly id: string;
  readonly hostname: string;
  readonly os: string;
  readonly cpuModel: string;
  readonly cpuCores: number;
  readonly memoryBytes: number;
  readonly electron: string;
  readonly node: string;
  readonly v8: string;
  readonly chrome: string;
  readonly kernel: string;
}

/** What runs were measured on. */
export class MachineTable {
  readonly #upsert;
  readonly #select;

  constructor(db: Database) {
    // The id covers what changes a measurement; the rest (the host's name) is kept as last seen.
    this.#upsert = keptStatement(
      db,
      `INSERT INTO machine VALUES
         (@id, @hostname, @os, @cpuModel, @cpuCores, @memoryBytes, @electron, @node, @v8, @chrome, @kernel)
       ON CONFLICT (id) DO UPDATE SET hostname = excluded.hostname, os = excluded.os,
         cpu_model = excluded.cpu_model, cpu_cores = excluded.cpu_cores, memory_bytes = excluded.memory_bytes,
         electron = excluded.electron, node = excluded.node, v8 = excluded.v8, chrome = excluded.chrome,
         kernel = excluded.kernel`,
    );
    this.#select = keptStatement<MachineRow>(
      db,
      `SELECT id, hostname, os, cpu_model AS cpuModel, cpu_cores AS cpuCores, memory_bytes AS memoryBytes,
         electron, node, v8, chrome, kernel FROM machine WHERE id = ?`,
    );
  }

  save(machine: Machine): void {
    this.#upsert().run({ ...machine });
  }

  find(id: string): Machine | undefined {
    return this.#select().get(id);
  }
}
