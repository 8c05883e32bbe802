import { ContractError } from "../../../core/errors.ts";
import type { MnistRows } from "../mnist-rows.ts";
import type { LabServices, RunSupervisor } from "../run-supervisor.ts";
import type { Forecast } from "../../../shared/notebook.ts";
import type { StageDescription, StagesSettings } from "../../../shared/stages.ts";
import type { StartedRun } from "../lab.ts";

/** Under construction. */
export class StagesLab {
  readonly services: LabServices;
  readonly supervisor: RunSupervisor;
  readonly data: MnistRows;
  readonly tfjsFile: string;

  constructor(services: LabServices, supervisor: RunSupervisor, data: MnistRows, tfjsFile: string) {
    this.services = services;
    this.supervisor = supervisor;
    this.data = data;
    this.tfjsFile = tfjsFile;
  }

  describe(): readonly StageDescription[] {
    return [];
  }

  forecast(_settings: StagesSettings): Forecast {
    throw new ContractError("under construction");
  }

  start(_settings: StagesSettings): StartedRun {
    throw new ContractError("under construction");
  }
}
