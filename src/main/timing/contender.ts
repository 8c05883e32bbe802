/** Timed loops of one contender, without its warm-up. */
export interface Batch {
  /** Milliseconds a call, one value a loop. */
  readonly samplesMs: readonly number[];
  /** Processor time of all the contender's threads, and time on the clock, over the same stretch. */
  readonly cpuMs: number;
  readonly wallMs: number;
}

/** Who computes a case: our engine or a peer. Verified before it is asked for samples. */
export interface Contender {
  readonly name: string;
  /** Of the library and what it computes with. */
  readonly version: string;
  /** Threads it computes on. */
  readonly threads: number;
  /** Times `samples` loops of `calls` calls each, after one loop that is not counted. */
  sample(calls: number, samples: number): Promise<Batch>;
  /** Frees what the case took. */
  close(): Promise<void>;
}
