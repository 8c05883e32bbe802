import type { TuningReport } from "../../../shared/experiments/tuning.ts";
import type { LabServices } from "../activity/experiment.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import { tuningReport } from "./tuning-report.ts";

/** The engine's kernels: tested and timed when a person asks for it. */
export class KernelsLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;

  constructor(services: LabServices, supervisor: RunSupervisor) {
    this.#services = services;
    this.#supervisor = supervisor;
  }

  /**
   * Tests and times the kernels again and uses and saves what wins; cancelled, all stays as it was.
   *
   * @returns the tuning in force afterwards. @throws {ContractError} If another activity is on.
   * @throws {KernelUnavailableError} @throws {TaskError}
   */
  async tune(): Promise<TuningReport> {
    const { engine } = this.#services;
    await this.#supervisor.work("tuning", "Testing and timing the kernels", async ({ phase }) => {
      phase("every set against a plain loop");
      await engine.tune();
    });
    return tuningReport(engine.tuning);
  }
}
