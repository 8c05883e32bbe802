import { readdirSync, type Dirent } from "node:fs";
import { messageLine } from "../../../core/thrown.ts";
import { rm } from "node:fs/promises";
import { join } from "node:path";
import { ContractError } from "../../../core/errors.ts";
import { MNIST_DATASET, type Dataset } from "../../../shared/experiments/dataset.ts";
import type { StoredDataset } from "../../../shared/experiments/stored-dataset.ts";
import { toyDataset, toyOf } from "../../../shared/experiments/toys.ts";
import { readRegularFileSync } from "../../data/regular-file.ts";
import type { Store } from "../../store/store.ts";
import { COMMAND_NAME } from "../../place/command-name.ts";
import type { DataSource } from "./data-source.ts";
import { describedBy, ImageFolderSource } from "./image-folder-source.ts";
import { MnistSource } from "./mnist-source.ts";
import { StoredSource } from "./stored-source.ts";
import { ToySource } from "./toy-source.ts";

const MOST_DESCRIPTION_BYTES = 64 * 1024;
/** Imports that were cut short leave such a folder. */
const UNFINISHED = ".part";
/** A removed data set can be brought back for so long. */
export const KEPT_DAYS = 7;
const DAY_MS = 86_400_000;

export interface LibraryOptions {
  /** The folder of imported data sets, beside the database. */
  readonly root: string;
  readonly resourcesDir: string;
  /** Where imported sets are described; without one there are none but an earlier version's folders. */
  readonly store?: Pick<Store, "readOnly" | "datasets">;
  /** Hears once of each folder that should hold a data set and does not. */
  readonly onProblem?: (problem: string) => void;
}

function entriesOf(root: string): readonly Dirent[] {
  try {
    return readdirSync(root, { withFileTypes: true });
  } catch {
    // Nothing was imported yet.
    return [];
  }
}

/** The data set that an earlier version has left in a folder, or why there is none. */
function describedIn(root: string, name: string): Dataset | string {
  if (name === MNIST_DATASET.id) return "this name belongs to the app's own MNIST";
  try {
    const bytes = readRegularFileSync(join(root, name, "dataset.json"), MOST_DESCRIPTION_BYTES);
    return describedBy(name, bytes.toString("utf8"));
  } catch (error) {
    return messageLine(error);
  }
}

/** All data sets that a spec may name: MNIST, what was imported, and toys. */
export class DatasetLibrary {
  readonly #options: LibraryOptions;
  readonly #mnist: MnistSource;
  /** Each folder is complained about once. */
  readonly #told = new Set<string>();

  constructor(options: LibraryOptions) {
    this.#options = options;
    this.#mnist = new MnistSource(options.resourcesDir);
  }

  /** The folder of imported data sets. */
  get root(): string {
    return this.#options.root;
  }

  /** MNIST first, then what was imported. */
  list(): readonly Dataset[] {
    const { datasets, problems } = this.#read();
    for (const [folder, problem] of problems) {
      if (this.#told.has(folder)) continue;
      this.#told.add(folder);
      this.#options.onProblem?.(problem);
    }
    return datasets;
  }

  /** As it is described in the database; undefined for MNIST, toys, and folders of an earlier version. */
  stored(id: string): StoredDataset | undefined {
    return this.#rows().find(({ stored, removedAt }) => removedAt === null && stored.dataset.id === id)
      ?.stored;
  }

  /** @throws {ContractError} If there is no such data set. */
  find(id: string): Dataset {
    const toy = toyOf(id);
    if (toy !== null) return toyDataset(toy);
    if (id === MNIST_DATASET.id) return MNIST_DATASET;
    const { datasets: all, problems } = this.#read();
    const dataset = all.find((one) => one.id === id);
    if (dataset !== undefined) return dataset;
    const problem = problems.get(id);
    if (problem !== undefined) throw new ContractError(`The data set "${id}" cannot be used. ${problem}`);
    const removed = this.#rows().some(
      ({ stored, removedAt }) => removedAt !== null && stored.dataset.id === id,
    );
    throw new ContractError(
      `There is no data set "${id}"${removed ? ": it was removed, and can be restored in the Data view for some days" : ""}; there are ${all.map((one) => one.id).join(", ")}. Import it in the Data view or with "${COMMAND_NAME} data import".`,
    );
  }

  /** The rows of a data set. @throws {ContractError} If there is no such data set. */
  open(id: string): DataSource {
    const dataset = this.find(id);
    if (dataset.id === MNIST_DATASET.id) return this.#mnist;
    const toy = toyOf(id);
    if (toy !== null) return new ToySource(toy);
    const folder = join(this.#options.root, id);
    const stored = this.stored(id);
    return stored === undefined ? new ImageFolderSource(dataset, folder) : new StoredSource(stored, folder);
  }

  /**
   * Adds a data set whose files are in their folder. If it cannot be described in the database, its folder goes.
   *
   * @throws {StoreError}
   */
  async add(stored: StoredDataset): Promise<void> {
    try {
      if (this.#options.store === undefined)
        throw new ContractError("Data sets cannot be saved without a database");
      this.#options.store.datasets.save(stored);
    } catch (error) {
      await rm(join(this.#options.root, stored.dataset.id), { recursive: true, force: true });
      throw error;
    }
  }

  /**
   * Removes a data set: one that is in the database can be brought back for some days.
   *
   * @throws {ContractError} If there is no such data set, or it is MNIST. @throws {StoreError}
   */
  async remove({ id }: { readonly id: string }): Promise<void> {
    const dataset = this.find(id);
    if (dataset.id === MNIST_DATASET.id) throw new ContractError("MNIST belongs to the app and stays");
    if (toyOf(id) !== null) throw new ContractError("A toy takes no room: there is nothing to remove");
    if (this.stored(id) !== undefined) this.#options.store?.datasets.setRemoved(id, new Date().toISOString());
    else await rm(join(this.#options.root, dataset.id), { recursive: true, force: true });
  }

  /** Brings a removed data set back. @throws {ContractError} If it is gone. @throws {StoreError} */
  restore({ id }: { readonly id: string }): Dataset {
    const row = this.#rows().find(({ stored }) => stored.dataset.id === id);
    if (row === undefined) throw new ContractError(`The data set "${id}" is gone: import it again`);
    this.#options.store?.datasets.setRemoved(id, null);
    return row.stored.dataset;
  }

  /** Deletes what was removed long ago, and what imports of processes that are gone have left. */
  async sweep(now: Date, isAlive: (pid: number) => boolean): Promise<void> {
    const { store, root } = this.#options;
    if (store === undefined || store.readOnly) return;
    for (const { stored, removedAt } of this.#rows()) {
      if (removedAt === null || now.getTime() - Date.parse(removedAt) < KEPT_DAYS * DAY_MS) continue;
      await rm(join(root, stored.dataset.id), { recursive: true, force: true });
      store.datasets.drop(stored.dataset.id);
    }
    for (const { name } of entriesOf(root)) {
      const [, pid] = /^import-(\d+)-\d+\.part$/.exec(name) ?? [];
      if (pid !== undefined && !isAlive(Number(pid)))
        await rm(join(root, name), { recursive: true, force: true });
    }
  }

  #rows(): ReturnType<Store["datasets"]["list"]> {
    return this.#options.store?.datasets.list() ?? [];
  }

  /** What there is, and what is wrong with folders that no row of the database describes. */
  #read(): { readonly datasets: readonly Dataset[]; readonly problems: ReadonlyMap<string, string> } {
    const { root } = this.#options;
    const rows = this.#rows();
    const known = new Set(rows.map(({ stored }) => stored.dataset.id));
    const datasets: Dataset[] = [MNIST_DATASET];
    const problems = new Map<string, string>();
    for (const entry of [...entriesOf(root)].sort((a, b) => (a.name < b.name ? -1 : 1))) {
      const { name } = entry;
      if (!entry.isDirectory() || name.endsWith(UNFINISHED) || known.has(name)) continue;
      const described = describedIn(root, name);
      if (typeof described !== "string") datasets.push(described);
      else {
        problems.set(
          name,
          `The folder ${join(root, name)} is left out: ${described}. Mend its dataset.json, or remove the folder and import the data again.`,
        );
      }
    }
    datasets.push(...rows.filter(({ removedAt }) => removedAt === null).map(({ stored }) => stored.dataset));
    return { datasets, problems };
  }
}
