import { CountingAllocator } from "../../engine/counting-allocator.ts";
import { arenaBytes, type Scope } from "../../engine/arena.ts";
import { planSections, type Section } from "../../engine/plan.ts";
import type { ForecastPart } from "../../../shared/experiments/forecast.ts";

/** Who will compute: how many, and with how large a second-level cache. */
export interface ExpectedWorkers {
  readonly threads: number;
  readonly cacheBytes: number;
}

/**
 * Bytes of the arena that a dispatch takes beside its tensors: partial results, and scratch of every worker that has something to do.
 *
 * @param times How often the sections come in it: each time has partial results of its own.
 */
export function dispatchBytes(
  sections: readonly Section[],
  { threads, cacheBytes }: ExpectedWorkers,
  times = 1,
): number {
  let partialBytes = 0;
  const allocate = (bytes: number): number => {
    partialBytes += arenaBytes(bytes);
    return 0;
  };
  const { scratchBytes, workers } = planSections(sections, threads, allocate, { cacheBytes });
  return times * partialBytes + workers * arenaBytes(scratchBytes);
}

/**
 * Counts what an experiment will have in the arena at a time, part by part, by recording its programs where there is no
 * memory.
 */
export class ExpectedBytes {
  readonly #allocator = new CountingAllocator();
  readonly #parts: ForecastPart[] = [];

  /** Bytes so far. */
  get bytes(): number {
    return this.#parts.reduce((sum, { bytes }) => sum + bytes, 0);
  }

  get parts(): readonly ForecastPart[] {
    return this.#parts;
  }

  /** Counts what `allocate` places; it stays to the end. @returns What it gives. */
  add<T>(name: string, allocate: (scope: Scope) => T): T {
    const before = this.#allocator.usedBytes;
    const made = allocate(this.#allocator.scope());
    this.addBytes(name, this.#allocator.usedBytes - before);
    return made;
  }

  /** Counts bytes that are there at the same time as the rest. */
  addBytes(name: string, bytes: number): void {
    if (bytes > 0) this.#parts.push({ name, bytes });
  }
}

export const WORKERS_SCRATCH = "workers' scratch and partial sums";
