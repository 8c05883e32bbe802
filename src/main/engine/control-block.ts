import {
  ABORT,
  CONTROL,
  CONTROL_WORDS,
  GIVE_WAY,
  RING,
  RING_FIELD,
} from "../../shared/engine/worker-tasks.ts";

/** One value out of a running program. */
export interface MetricRecord {
  readonly name: string;
  /** The repeat, from 0, within its section. */
  readonly step: number;
  readonly value: number;
  /** Milliseconds on the process's monotonic clock. */
  readonly clockMs: number;
}

/** Main's side of the shared control block. Main never waits on it; it only stores, loads and notifies. */
export class ControlBlock {
  readonly #words: Int32Array;
  readonly #ring: Float64Array;

  constructor(memory: WebAssembly.Memory) {
    this.#words = new Int32Array(memory.buffer, 0, CONTROL_WORDS);
    this.#ring = new Float64Array(memory.buffer, RING.offsetBytes, RING.capacity * RING.fields);
  }

  /** Clears for the next dispatch all but `giveWay`; only while no worker runs. */
  reset(): void {
    const givesWay = Atomics.load(this.#words, CONTROL.giveWay);
    this.#words.fill(0);
    Atomics.store(this.#words, CONTROL.giveWay, givesWay);
  }

  abort(reason: keyof typeof ABORT): void {
    Atomics.compareExchange(this.#words, CONTROL.abort, 0, ABORT[reason]);
    Atomics.notify(this.#words, CONTROL.generation);
    Atomics.notify(this.#words, CONTROL.giveWay);
  }

  /** What workers of programs that give way do. */
  giveWay(how: keyof typeof GIVE_WAY): void {
    Atomics.store(this.#words, CONTROL.giveWay, GIVE_WAY[how]);
    if (how !== "wait") Atomics.notify(this.#words, CONTROL.giveWay);
  }

  get repeatsDone(): number {
    return Atomics.load(this.#words, CONTROL.repeatsDone);
  }

  heartbeat(worker: number): number {
    return Atomics.load(this.#words, CONTROL.heartbeats + worker);
  }

  /** The system's number of the thread that runs this worker's task; 0 before it begins, after it, or if not known. */
  threadId(worker: number): number {
    return Atomics.load(this.#words, CONTROL.threadIds + worker);
  }

  /** Takes all values that workers have put into the ring since the last call. */
  drain(names: readonly string[]): MetricRecord[] {
    const written = Atomics.load(this.#words, CONTROL.ringWritten);
    const read = Atomics.load(this.#words, CONTROL.ringRead);
    const records: MetricRecord[] = [];
    for (let at = read; at !== written; at = (at + 1) | 0) {
      const base = ((at >>> 0) % RING.capacity) * RING.fields;
      records.push({
        name: names[this.#ring[base + RING_FIELD.name] ?? -1] ?? "",
        step: this.#ring[base + RING_FIELD.step] ?? 0,
        value: this.#ring[base + RING_FIELD.value] ?? NaN,
        clockMs: this.#ring[base + RING_FIELD.clockMs] ?? NaN,
      });
    }
    Atomics.store(this.#words, CONTROL.ringRead, written);
    Atomics.notify(this.#words, CONTROL.ringRead);
    return records;
  }
}
