import { ContractError } from "../../../core/errors.ts";
import type { Dataset } from "../../../shared/experiments/dataset.ts";
import type { DatasetDetails } from "../../../shared/experiments/dataset-details.ts";
import type { DialectChanges, ImportPlan, ImportPreview } from "../../../shared/experiments/data-import.ts";
import type { ReadingWatch } from "../../data/table-source.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";
import { namingFullDisk } from "../../store/store-failure.ts";
import type { LabServices } from "../activity/experiment.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import { datasetDetails } from "./dataset-details.ts";
import type { DatasetLibrary } from "./dataset-library.ts";
import { exportDataset, formatOf } from "./export/export-dataset.ts";
import { DataImporter } from "./import/data-importer.ts";

/** Not of the person: what systems put into folders. */
const SYSTEM_FILE = /(^|[/\\])(\.[^/\\]*|Thumbs\.db|desktop\.ini)$/i;

const watchOf = ({ checkpoint, progress }: ActivityHandle): ReadingWatch => ({ checkpoint, progress });

/** Data sets as the lab offers them: importing, looking, exporting, removing. */
export class DatasetsLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #library: DatasetLibrary;
  /** Gives up what is kept in memory of a data set. */
  readonly #forget: (id: string) => void;
  readonly #importer = new DataImporter();
  #paths: readonly string[] = [];

  constructor(
    services: LabServices,
    supervisor: RunSupervisor,
    library: DatasetLibrary,
    forget: (id: string) => void,
  ) {
    this.#services = services;
    this.#supervisor = supervisor;
    this.#library = library;
    this.#forget = forget;
  }

  list(): readonly Dataset[] {
    return this.#library.list();
  }

  /** An imported data set, MNIST, or a toy by its name. @throws {ContractError} If there is none of that name. */
  find({ id }: { readonly id: string }): Dataset {
    return this.#library.find(id);
  }

  /** What a page shows of a data set, from its training and validation rows. @throws {ContractError} @throws {DataFormatError} */
  async details({ id }: { readonly id: string }): Promise<DatasetDetails> {
    const { store } = this.#services;
    const runs = store
      .listRuns()
      .filter(({ config }) => config["data"] === id)
      .map((run) => ({ id: run.id, name: run.name }));
    const testLooks = store.datasets.testLooks(id, "").ofDataset;
    return datasetDetails(this.#library.open(id), this.#library.stored(id), { runs, testLooks });
  }

  /**
   * Reads files or folders and says what is in them; they are kept until they are accepted or others come.
   *
   * @throws {DataFormatError} @throws {ContractError} If another activity is on. @throws {ExperimentCancelled}
   */
  async preview({
    paths,
    changes = {},
  }: {
    readonly paths: readonly string[];
    readonly changes?: DialectChanges;
  }): Promise<ImportPreview> {
    const wanted = paths.filter((path) => !SYSTEM_FILE.test(path));
    if (wanted.length === 0 || wanted.some((path) => path.includes("\0"))) {
      throw new ContractError("Nothing was chosen: choose at least one file");
    }
    return this.#supervisor.work("data", "Reading data", async (activity) => {
      activity.phase("looking through the files");
      const preview = await this.#importer.preview(wanted, changes, watchOf(activity));
      this.#paths = wanted;
      return preview;
    });
  }

  /** Reads the previewed files again, as a table of another dialect. @throws {ContractError} If there are none. */
  async reread({ changes }: { readonly changes: DialectChanges }): Promise<ImportPreview> {
    return this.preview({ paths: this.#paths, changes });
  }

  /** Keeps what was previewed last as a data set. @throws {ContractError} If there is nothing, or it does not fit. @throws {StoreError} */
  async accept(plan: ImportPlan): Promise<Dataset> {
    const { store } = this.#services;
    if (store.readOnly) {
      throw new ContractError(
        `The data was not imported: ${store.readOnlyReason ?? "the database is read-only"}`,
      );
    }
    return this.#supervisor.work("data", "Importing data", async (activity) => {
      activity.phase(`importing ${plan.title}`);
      const stored = await this.#importer.accept(this.#library.root, plan, watchOf(activity));
      await this.#library.add(stored);
      this.#forget(stored.dataset.id);
      return stored.dataset;
    });
  }

  /** Forgets what was previewed. */
  dismiss(): void {
    this.#importer.forget();
    this.#paths = [];
  }

  /** @throws {ContractError} If there is no such data set, or it cannot be removed. @throws {StoreError} */
  async remove({ id }: { readonly id: string }): Promise<void> {
    await this.#library.remove({ id });
    this.#forget(id);
  }

  /** Brings a removed data set back. @throws {ContractError} If it is gone. */
  restore({ id }: { readonly id: string }): Dataset {
    return this.#library.restore({ id });
  }

  /**
   * Writes all rows with their splits, in the format that the path's ending says.
   *
   * @returns how many. @throws {ContractError} If the ending says none. @throws {Error} What the file system says.
   */
  async export({
    id,
    path,
    overwrite = true,
  }: {
    readonly id: string;
    readonly path: string;
    readonly overwrite?: boolean;
  }): Promise<number> {
    const format = formatOf(path);
    return this.#supervisor.work("data", "Exporting data", (activity) =>
      namingFullDisk(path, () =>
        exportDataset(this.#library.open(id), path, { format, overwrite, watch: watchOf(activity) }),
      ),
    );
  }
}
