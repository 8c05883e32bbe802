import { ContractError } from "../../../core/errors.ts";
import type { MnistRows } from "../mnist-rows.ts";
import type { LabServices, RunSupervisor } from "../run-supervisor.ts";
import type { StepperSettings, Trace } from "../../../shared/stepper.ts";

/** Under construction. */
export class StepperLab {
  readonly services: LabServices;
  readonly supervisor: RunSupervisor;
  readonly data: MnistRows;

  constructor(services: LabServices, supervisor: RunSupervisor, data: MnistRows) {
    this.services = services;
    this.supervisor = supervisor;
    this.data = data;
  }

  trace(_settings: StepperSettings): Promise<Trace> {
    throw new ContractError("under construction");
  }
}
