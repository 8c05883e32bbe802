import {
  isOver,
  type ClusterSweepStatus,
  type CollectedSweep,
} from "../../../shared/experiments/cluster-sweep.ts";

/** A cluster's controller has more to do than to be asked: ten seconds at first, up to a minute later. */
const FIRST_LOOK_MS = 10_000;
const LAST_LOOK_MS = 60_000;
const LONGER = 1.5;

export interface SweepCollectorServices {
  status(id: string): Promise<ClusterSweepStatus>;
  collect(id: string): Promise<CollectedSweep>;
  /** Whether nothing else is on, so that runs can be taken. */
  idle(): boolean;
  looked(id: string, status: ClusterSweepStatus): void;
  collected(id: string, collected: CollectedSweep): void;
  failed(id: string, error: unknown): void;
}

interface Watch {
  nextLook: NodeJS.Timeout | null;
}

/** Looks at sweeps, ever more rarely, and takes what is done when nothing else is on; until a sweep is over. */
export class SweepCollector {
  readonly #services: SweepCollectorServices;
  readonly #watches = new Map<string, Watch>();

  constructor(services: SweepCollectorServices) {
    this.#services = services;
  }

  watches(id: string): boolean {
    return this.#watches.has(id);
  }

  /** Looks at once, also at a sweep that is watched already. */
  watch(id: string): void {
    this.leave(id);
    const watch: Watch = { nextLook: null };
    this.#watches.set(id, watch);
    void this.#look(id, watch, FIRST_LOOK_MS);
  }

  leave(id: string): void {
    const nextLook = this.#watches.get(id)?.nextLook ?? null;
    if (nextLook !== null) clearTimeout(nextLook);
    this.#watches.delete(id);
  }

  close(): void {
    for (const id of this.#watches.keys()) this.leave(id);
  }

  async #look(id: string, watch: Watch, pauseMs: number): Promise<void> {
    let over = false;
    try {
      over = await this.#collectDone(id, watch);
    } catch (error) {
      // An activity that has just begun is in the way: there is another time.
      if (this.#isOn(id, watch) && this.#services.idle()) this.#services.failed(id, error);
    }
    if (!this.#isOn(id, watch)) return;
    if (over) {
      this.leave(id);
      return;
    }
    const next = Math.min(LAST_LOOK_MS, pauseMs * LONGER);
    watch.nextLook = setTimeout(() => void this.#look(id, watch, next), pauseMs);
    watch.nextLook.unref();
  }

  /** @returns whether nothing more is to come. */
  async #collectDone(id: string, watch: Watch): Promise<boolean> {
    const services = this.#services;
    const look = async (): Promise<ClusterSweepStatus | null> => {
      const status = await services.status(id);
      if (!this.#isOn(id, watch)) return null;
      services.looked(id, status);
      return status;
    };
    let status = await look();
    if (status !== null && status.toCollect > 0 && services.idle()) {
      const collected = await services.collect(id);
      if (this.#isOn(id, watch)) services.collected(id, collected);
      status = await look();
    }
    return status === null || (isOver(status) && status.toCollect === 0);
  }

  /** Whether this watch is still wanted. */
  #isOn(id: string, watch: Watch): boolean {
    return this.#watches.get(id) === watch;
  }
}
