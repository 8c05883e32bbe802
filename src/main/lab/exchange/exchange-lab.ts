import { join } from "node:path";
import { writeTorchFolder } from "../../exchange/torch/write-torch-folder.ts";
import type { LabServices } from "../activity/experiment.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import type { ImageRows } from "../compute/image-rows.ts";
import { trainingToExport, type ExportedTraining } from "./export-training.ts";

/** Where an export goes. */
export interface ExportTarget {
  readonly path: string;
  readonly overwrite: boolean;
}

/** The way to Python and back: trainings, networks and runs as others read them, and what others have written. */
export class ExchangeLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #images: ImageRows;

  constructor(services: LabServices, supervisor: RunSupervisor, images: ImageRows) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#images = images;
  }

  /** Writes a training as a folder that runs in PyTorch. @returns how many files. @throws {ContractError} If an activity is on. */
  async exportPyTorch(
    wanted: ExportedTraining,
    { path, overwrite }: ExportTarget,
    { withData = true }: { readonly withData?: boolean } = {},
  ): Promise<number> {
    return this.#supervisor.work("exporting", "Exporting to PyTorch", async () =>
      writeTorchFolder(
        path,
        await trainingToExport(this.#services, this.#images, wanted, { withData }),
        { pythonDir: join(this.#services.resourcesDir, "python"), overwrite },
      ),
    );
  }
}
