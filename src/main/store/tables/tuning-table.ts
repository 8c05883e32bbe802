import * as v from "valibot";
import {
  blockTimingSchema,
  instructionSetSchema,
  kernelTimingSchema,
  type Tuning,
} from "../../../shared/experiments/tuning.ts";
import { keptStatement, type Database } from "../open/database.ts";
import { fromJsonColumn, toJsonColumn } from "./json-column.ts";

/** What a tuning of the kernels holds for: this CPU, this runtime, this build. */
export interface TuningKey {
  readonly cpuModel: string;
  readonly electron: string;
  readonly v8: string;
  /** Flags of V8 in force, separated by blanks. */
  readonly v8Flags: string;
  readonly appVersion: string;
  /** Hash of the kernels' modules. */
  readonly kernels: string;
}

interface TuningRow {
  readonly measuredAt: string;
  readonly chosen: string;
  readonly peakGflops: number | null;
  readonly candidates: string;
  readonly cacheBytes: number;
  readonly systemCacheBytes: number | null;
  readonly blocks: string;
}

const candidatesSchema = v.array(kernelTimingSchema);
const blocksSchema = v.array(blockTimingSchema);

/** How fast each set of kernels was on this CPU and runtime, so that a later start need not measure. */
export class TuningTable {
  readonly #replace;
  readonly #select;
  readonly #delete;

  constructor(db: Database) {
    this.#replace = keptStatement(
      db,
      `INSERT OR REPLACE INTO tuning VALUES (@cpuModel, @electron, @v8, @v8Flags, @appVersion, @kernels, @measuredAt,
         @chosen, @peakGflops, @candidates, @cacheBytes, @systemCacheBytes, @blocks)`,
    );
    this.#select = keptStatement<TuningRow>(
      db,
      `SELECT measured_at AS measuredAt, chosen, peak_gflops AS peakGflops, candidates, cache_bytes AS cacheBytes,
         system_cache_bytes AS systemCacheBytes, blocks
       FROM tuning
       WHERE cpu_model = @cpuModel AND electron = @electron AND v8 = @v8 AND v8_flags = @v8Flags
         AND app_version = @appVersion AND kernels = @kernels`,
    );
    this.#delete = keptStatement(
      db,
      `DELETE FROM tuning
       WHERE cpu_model = @cpuModel AND electron = @electron AND v8 = @v8 AND v8_flags = @v8Flags`,
    );
  }

  save(key: TuningKey, { kernels, blocks, ...tuning }: Tuning): void {
    this.#replace().run({
      ...key,
      ...tuning,
      candidates: toJsonColumn(kernels),
      blocks: toJsonColumn(blocks),
    });
  }

  /** @throws {StoreError} If the row is not as this app writes it. */
  find(key: TuningKey): Tuning | undefined {
    const row = this.#select().get({ ...key });
    if (row === undefined) return undefined;
    const { candidates, blocks: timed, chosen, ...numbers } = row;
    const kernels = fromJsonColumn(candidatesSchema, candidates, "The kernels' tuning");
    const blocks = fromJsonColumn(blocksSchema, timed, "The tuning of blocks");
    // A set that this build does not know cannot be used.
    if (!v.is(instructionSetSchema, chosen)) return undefined;
    return { ...numbers, chosen, kernels, blocks };
  }

  drop({ cpuModel, electron, v8, v8Flags }: TuningKey): void {
    this.#delete().run({ cpuModel, electron, v8, v8Flags });
  }
}
