import type { LiveSettings } from "../../../shared/live/live-settings.ts";
import { openLiveKernel, type LiveKernel, type LiveServices } from "./live-kernel.ts";

/** Notebooks that people write: each open document has a kernel of its own. */
export class LiveLab {
  readonly #services: LiveServices;
  readonly #open = new Set<LiveKernel>();

  constructor(services: LiveServices) {
    this.#services = services;
  }

  /** Starts a sandbox for the cells of one document. @throws {TaskError} */
  async open(settings: LiveSettings): Promise<LiveKernel> {
    const kernel = await openLiveKernel(this.#services, settings);
    this.#open.add(kernel);
    return kernel;
  }

  /** Ends the cell that runs, whichever document's it is; all variables stay. */
  stop(): void {
    for (const kernel of this.#open) kernel.stop();
  }

  /** Ends every sandbox. */
  async close(): Promise<void> {
    await Promise.all([...this.#open].map((kernel) => kernel.close()));
    this.#open.clear();
  }
}
