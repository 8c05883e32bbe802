import { collectGarbage } from "../../engine/collect-garbage.ts";
import type { Engine } from "../../engine/engine.ts";

/** Long enough that a person who goes on at once finds everything where it was. */
const IDLE_MS = 30_000;

export interface IdleMemoryOptions {
  readonly engine: Engine;
  /** Frees what is only kept in the arena because it may be wanted again, and can be made again. */
  readonly release: () => void;
  /** Whether nothing is on. */
  readonly idle: () => boolean;
  /** How long nothing must be on; tests wait less. */
  readonly idleMs?: number;
}

/** Gives the arena's memory back to the system when the lab has had nothing to do for a while. */
export class IdleMemory {
  readonly #options: IdleMemoryOptions;
  #timer: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: IdleMemoryOptions) {
    this.#options = options;
  }

  /** An activity has begun or ended, or told how far it is. */
  activityChanged(): void {
    clearTimeout(this.#timer);
    const { idle, idleMs = IDLE_MS } = this.#options;
    if (this.#closed || !idle()) return;
    this.#timer = setTimeout(() => void this.#giveBack(), idleMs);
    // A process that has nothing else to do need not wait for this.
    this.#timer.unref();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#timer);
  }

  async #giveBack(): Promise<void> {
    const { engine, release, idle } = this.#options;
    const stillIdle = (): boolean => !this.#closed && idle();
    await engine.settled();
    if (!stillIdle()) return;
    release();
    await engine.giveBack(stillIdle);
    if (!stillIdle()) return;
    // An idle process allocates nothing, so V8 would not look for what is gone, whatever hangs on it.
    await collectGarbage();
  }
}
