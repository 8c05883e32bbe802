import { ContractError } from "../../../core/errors.ts";
import type { MnistRows } from "../mnist-rows.ts";
import type { LabServices, RunSupervisor } from "../run-supervisor.ts";
import type { InitBand, InitPreset, InitReport, InitSettings } from "../../../shared/init.ts";
import type { StartedRun } from "../lab.ts";

/** Under construction. */
export class InitLab {
  readonly services: LabServices;
  readonly supervisor: RunSupervisor;
  readonly data: MnistRows;

  constructor(services: LabServices, supervisor: RunSupervisor, data: MnistRows) {
    this.services = services;
    this.supervisor = supervisor;
    this.data = data;
  }

  presets(): readonly InitPreset[] {
    return [];
  }

  measure(_settings: InitSettings): Promise<InitReport> {
    throw new ContractError("under construction");
  }

  save(_settings: InitSettings): StartedRun {
    throw new ContractError("under construction");
  }

  band(_id: InitPreset["id"]): Promise<InitBand> {
    throw new ContractError("under construction");
  }

  release(): void {
    return undefined;
  }
}
