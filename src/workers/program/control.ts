import {
  CONTROL,
  CONTROL_WORDS,
  GIVE_WAY,
  RING,
  RING_FIELD,
  type ProgramTask,
} from "../../shared/engine/worker-tasks.ts";

/** Thrown inside a worker when main or a peer has stopped the program; not an error of this worker. */
export class ProgramStopped extends Error {
  override readonly name = "ProgramStopped";
}

/** Checks of the generation word before a waiting worker goes to sleep: about 20 µs of patience. */
const SPINS = 4_000;
/** A sleeping worker looks at the abort word this often. */
const WAIT_MS = 20;
/** The system lets a thread that does not sleep go on for some 3 ms before one that wakes up gets its core. */
const NAP_EVERY_MS = 1;
const NAP_MS = 0.05;

const wallClockMs = (): number => Number(process.hrtime.bigint()) / 1e6;

/** A worker's side of the control block: barrier, stop signal, heartbeat, and the ring of metrics. */
export class Control {
  readonly #words: Int32Array;
  readonly #ring: Float64Array;
  readonly #worker: number;
  readonly #threads: number;
  readonly #givesWay: boolean;
  #nappedAtMs = 0;

  constructor(
    memory: WebAssembly.Memory,
    { worker, threads, givesWay }: Pick<ProgramTask, "worker" | "threads" | "givesWay">,
  ) {
    this.#words = new Int32Array(memory.buffer, 0, CONTROL_WORDS);
    this.#ring = new Float64Array(memory.buffer, RING.offsetBytes, RING.capacity * RING.fields);
    this.#worker = worker;
    this.#threads = threads;
    this.#givesWay = givesWay;
  }

  /**
   * Says "alive", leaves when told to, and waits while the window needs the processor. Called at every block of work, at
   * most some milliseconds apart.
   */
  beat(): void {
    this.#sayAlive();
    if (!this.#givesWay) return;
    while (Atomics.load(this.#words, CONTROL.giveWay) === GIVE_WAY.wait) {
      Atomics.wait(this.#words, CONTROL.giveWay, GIVE_WAY.wait, WAIT_MS);
      this.#sayAlive();
    }
    if (Atomics.load(this.#words, CONTROL.giveWay) === GIVE_WAY.nap) this.#nap();
  }

  #nap(): void {
    const now = performance.now();
    if (now - this.#nappedAtMs < NAP_EVERY_MS) return;
    Atomics.wait(this.#words, CONTROL.giveWay, GIVE_WAY.nap, NAP_MS);
    this.#nappedAtMs = now;
  }

  #sayAlive(): void {
    Atomics.add(this.#words, CONTROL.heartbeats + this.#worker, 1);
    if (Atomics.load(this.#words, CONTROL.abort) !== 0) throw new ProgramStopped("stopped");
  }

  /** Waits until all workers of the program are here. Peers that die or hang are main's to notice: it sets abort. */
  barrier(): void {
    this.beat();
    if (this.#threads === 1) return;
    const generation = Atomics.load(this.#words, CONTROL.generation);
    if (Atomics.add(this.#words, CONTROL.arrived, 1) === this.#threads - 1) {
      Atomics.store(this.#words, CONTROL.arrived, 0);
      Atomics.add(this.#words, CONTROL.generation, 1);
      Atomics.notify(this.#words, CONTROL.generation);
      return;
    }
    for (let spin = 0; spin < SPINS; spin++) {
      if (Atomics.load(this.#words, CONTROL.generation) !== generation) return;
    }
    while (Atomics.load(this.#words, CONTROL.generation) === generation) {
      Atomics.wait(this.#words, CONTROL.generation, generation, WAIT_MS);
      this.beat();
    }
  }

  repeatDone(): void {
    Atomics.add(this.#words, CONTROL.repeatsDone, 1);
  }

  /** Puts a value into the ring; when main has not drained it in time, waits rather than lose one. */
  record(nameIndex: number, step: number, value: number): void {
    const written = Atomics.load(this.#words, CONTROL.ringWritten);
    let read = Atomics.load(this.#words, CONTROL.ringRead);
    while (((written - read) | 0) >= RING.capacity) {
      Atomics.wait(this.#words, CONTROL.ringRead, read, WAIT_MS);
      this.beat();
      read = Atomics.load(this.#words, CONTROL.ringRead);
    }
    const base = ((written >>> 0) % RING.capacity) * RING.fields;
    this.#ring[base + RING_FIELD.name] = nameIndex;
    this.#ring[base + RING_FIELD.step] = step;
    this.#ring[base + RING_FIELD.value] = value;
    this.#ring[base + RING_FIELD.clockMs] = wallClockMs();
    Atomics.store(this.#words, CONTROL.ringWritten, (written + 1) | 0);
  }
}
