import type { Quantities } from "../../../shared/runs/run-records.ts";
import { MEMORY_QUANTITIES as NAMES } from "../../../shared/runs/memory-quantities.ts";
import type { Arena } from "../../engine/arena.ts";
import type { MemoryMeter } from "../../engine/memory-meter.ts";

/** What lives shorter is seen only where the system keeps the peak. */
const LOOK_EVERY_MS = 100;

/** What memory an activity takes from its begin to its end: of the arena by its own account, of the process by looking. */
export class MemoryWatch {
  readonly #meter: MemoryMeter;
  readonly #forecastBytes: number | null;
  readonly #rssBefore = process.memoryUsage.rss();
  #peakRss = this.#rssBefore;
  readonly #timer: NodeJS.Timeout;

  constructor(arena: Arena, forecastBytes: number | null) {
    this.#meter = arena.meter();
    this.#forecastBytes = forecastBytes;
    this.#timer = setInterval(() => {
      this.#look();
    }, LOOK_EVERY_MS);
    this.#timer.unref();
  }

  /** As the run keeps it among its key numbers. */
  end(): Quantities {
    clearInterval(this.#timer);
    this.#look();
    return {
      ...(this.#forecastBytes === null ? {} : { [NAMES.forecast]: this.#forecastBytes }),
      [NAMES.peak]: this.#meter.peakBytes,
      [NAMES.rssBefore]: this.#rssBefore,
      [NAMES.peakRss]: this.#peakRss,
    };
  }

  #look(): void {
    this.#peakRss = Math.max(this.#peakRss, process.memoryUsage.rss());
  }
}
