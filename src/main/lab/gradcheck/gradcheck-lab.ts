import { ContractError } from "../../../core/errors.ts";
import type { MnistRows } from "../mnist-rows.ts";
import type { LabServices, RunSupervisor } from "../run-supervisor.ts";
import type { GradcheckForecast, GradcheckSettings } from "../../../shared/gradcheck.ts";
import type { StartedRun } from "../lab.ts";

/** Values by name, w1, b1, w2, …, instead of drawn ones. */
export type GivenParameters = Readonly<Record<string, Float32Array>>;

/** Under construction. */
export class GradcheckLab {
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

  forecast(_settings: GradcheckSettings): GradcheckForecast {
    throw new ContractError("under construction");
  }

  start(_settings: GradcheckSettings, _weights: GivenParameters | null): StartedRun {
    throw new ContractError("under construction");
  }
}
