import { realpath } from "node:fs/promises";
import { messageLine, messageOf } from "../../../core/thrown.ts";
import { basename, join, relative } from "node:path";
import type * as v from "valibot";
import { ContractError, DataFormatError } from "../../../core/errors.ts";
import type { Network } from "../../../core/network/network.ts";
import type {
  droppedAnswerSchema,
  weightsAnswerSchema,
  weightsRequestSchema,
} from "../../../shared/experiments/exchange.ts";
import {
  importedReportSchema,
  type Followed,
  type ImportedReport,
  type ImportOutcome,
} from "../../../shared/experiments/imported.ts";
import type { ImportedRuns } from "../../../shared/runs/run-exports.ts";
import { networkOf } from "../../../shared/specs/network-spec.ts";
import { networkFromOnnx, type ForeignNetwork } from "../../exchange/onnx/network-from-onnx.ts";
import { onnxModel } from "../../exchange/onnx/onnx-model.ts";
import { readOnnx } from "../../exchange/onnx/read-onnx.ts";
import { findSources } from "../../exchange/runs/find-sources.ts";
import { writeTorchFolder } from "../../exchange/torch/write-torch-folder.ts";
import {
  AmbiguousWeightsError,
  type MatchedWeights,
  type MatchHints,
} from "../../exchange/weights/match-weights.ts";
import { readWeightsFile } from "../../exchange/weights/read-weights-file.ts";
import { isNpy, readWeightsFiles } from "../../exchange/weights/read-weights-files.ts";
import { replaceFile } from "../../data/replace-file.ts";
import { namingFullDisk } from "../../store/store-failure.ts";
import type { LabServices } from "../activity/experiment.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import type { DataRows } from "../compute/data-rows.ts";
import { networkToExport, trainingToExport, type ExportedTraining } from "./export-training.ts";
import { inOwnFolder, weightsFile, type DroppedFile } from "./dropped-files.ts";
import { FollowedFile } from "./followed-file.ts";
import { RunFollower } from "./follow-runs.ts";
import { RunImporter, together } from "./import-runs.ts";

/** Where an export goes. */
export interface ExportTarget {
  readonly path: string;
  readonly overwrite: boolean;
}

/** A file or folder of runs; `step` names the column of steps where it is none of the usual ones. */
export interface RunsToImport {
  readonly path: string;
  readonly step?: string | null | undefined;
  /** What stands for a path that is only there for a moment. */
  readonly label?: (path: string) => string;
}

type Dropped = v.InferOutput<typeof droppedAnswerSchema>;
type WeightsRequest = v.InferOutput<typeof weightsRequestSchema>;
type WeightsAnswer = v.InferOutput<typeof weightsAnswerSchema>;

/** More are a folder followed by mistake. */
const MOST_FOLLOWED = 20;

/** The way to Python and back: trainings, networks and runs as others read them, and what others have written. */
export class ExchangeLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #dataRows: DataRows;
  readonly #followers = new Map<string, RunFollower>();
  /** Those that are being begun: another call for the same file waits for the same one. */
  readonly #beginning = new Map<string, Promise<RunFollower>>();
  #closed = false;
  /** What is followed again at the next start, with its column of steps. */
  readonly #remembered = new Map<string, string | null>();
  readonly #file: FollowedFile;
  readonly #importBundle: (path: string) => Promise<ImportedRuns>;

  /** @param importBundle Adds the runs of a bundle to the others. */
  constructor(
    services: LabServices,
    supervisor: RunSupervisor,
    dataRows: DataRows,
    importBundle: (path: string) => Promise<ImportedRuns>,
  ) {
    this.#importBundle = importBundle;
    this.#services = services;
    this.#supervisor = supervisor;
    this.#dataRows = dataRows;
    this.#file = new FollowedFile(services.store.path);
  }

  /** Where the Python files lie that go along with what is exported. */
  get pythonDir(): string {
    return join(this.#services.resourcesDir, "python");
  }

  /** Writes a training as a folder that runs in PyTorch. @returns how many files. @throws {ContractError} If an activity is on. */
  async exportPyTorch(
    wanted: ExportedTraining,
    { path, overwrite }: ExportTarget,
    { withData = true }: { readonly withData?: boolean } = {},
  ): Promise<number> {
    return this.#supervisor.work("exporting", "Exporting to PyTorch", async () => {
      const training = await trainingToExport(this.#services, this.#dataRows, wanted, { withData });
      const pythonDir = join(this.#services.resourcesDir, "python");
      return namingFullDisk(path, () => writeTorchFolder(path, training, { pythonDir, overwrite }));
    });
  }

  /** Writes a network as one .onnx file: what a run has learned last, or what a spec draws. @throws {ContractError} If an activity is on. */
  async exportOnnx(
    wanted: ExportedTraining,
    { path, overwrite }: ExportTarget,
    { normalise, softmax }: { readonly normalise: boolean; readonly softmax: boolean },
  ): Promise<void> {
    await this.#supervisor.work("exporting", "Exporting as ONNX", async () => {
      const { title, network, parameters, dataName } = await networkToExport(
        this.#services,
        this.#dataRows,
        wanted,
      );
      if (parameters === null) {
        throw new ContractError(
          `${title} has kept no weights: it ended before its first checkpoint, and began with a file's`,
        );
      }
      const bytes = onnxModel(network, parameters, {
        normalisation: normalise ? await this.#dataRows.scaling(dataName) : null,
        softmax,
      });
      await namingFullDisk(path, () => replaceFile(path, (handle) => handle.writeFile(bytes), { overwrite }));
    });
  }

  /** Reads a network with its weights from an .onnx file. @throws {DataFormatError} */
  async readNetwork(path: string): Promise<ForeignNetwork> {
    return networkFromOnnx(await readOnnx(path));
  }

  /** Reads a network's weights from a file of PyTorch, Keras, numpy or ONNX. @throws {AmbiguousWeightsError} @throws {DataFormatError} */
  readWeights(path: string, network: Network, hints: MatchHints = {}): Promise<MatchedWeights> {
    return readWeightsFile(path, network, hints);
  }

  /**
   * Adds runs that others have measured, or what is new of them. Cancelled, what was read by then stays.
   *
   * @throws {ContractError} If an activity is on, or there are none. @throws {DataFormatError} @throws {StoreError}
   */
  async importRuns({ path, step = null, label }: RunsToImport): Promise<ImportOutcome> {
    return this.#supervisor.work("import", "Importing runs", async (activity) => {
      const sources = await findSources(path, step, label);
      const outcomes: ImportOutcome[] = [];
      const problems: string[] = [];
      let error: unknown = null;
      for (const [index, source] of sources.entries()) {
        activity.progress(index / sources.length);
        try {
          const outcome = await new RunImporter(this.#services, source).read(activity.isCancelled);
          outcomes.push(outcome);
          if (outcome.cancelled) break;
        } catch (failure) {
          // In a folder, one file that is none of runs does not keep the others out.
          error ??= failure;
          problems.push(messageOf(failure));
        }
      }
      const all = together(outcomes);
      if (outcomes.length === 0 && error instanceof Error) throw error;
      return { ...all, notes: [...all.notes, ...problems] };
    });
  }

  /** What files are that were dropped on the window: runs and bundles, which are added, a network, weights, or data. @throws {ContractError} @throws {DataFormatError} */
  async drop({ files }: { readonly files: readonly DroppedFile[] }): Promise<Dropped> {
    const [first, ...more] = files;
    const name = first?.path.toLowerCase() ?? "";
    const single = first !== undefined && more.length === 0;
    if (single && /\.(safetensors|npz)$/.test(name)) return { kind: "weights" };
    if (files.every(({ path }) => isNpy(path))) return { kind: "weights" };
    return inOwnFolder(files, async (folder) => {
      if (single && /\.backprop\.json(\.gz)?$/.test(name))
        return { kind: "bundle", ...(await this.#importBundle(join(folder, first.path))) };
      if (first !== undefined && name.endsWith(".onnx")) {
        const { layers, parameters, notes } = await this.readNetwork(join(folder, first.path));
        const network = networkOf({ layers, loss: "crossEntropy" });
        const weights = await weightsFile(network, parameters);
        return { kind: "network", layers: [...layers], weights, notes: [...notes] };
      }
      const real = await realpath(folder);
      const roots = new Set(files.map(({ path }) => path.split("/", 1)[0] ?? ""));
      const [root = ""] = roots;
      const path = roots.size === 1 ? join(real, root) : real;
      const label = (one: string): string => relative(real, one).replaceAll("\\", "/") || "dropped files";
      try {
        return { kind: "runs", ...(await this.importRuns({ path, label })) };
      } catch (error) {
        // A table that has no steps holds rows to learn from.
        if (single && /\.(csv|tsv|txt)$/.test(name) && error instanceof DataFormatError)
          return { kind: "data" };
        throw error;
      }
    });
  }

  /** The weights of files for the network of a spec, as a training takes them; or what has to be said first. @throws {DataFormatError} */
  async matchWeights({ spec, files, layout, order }: WeightsRequest): Promise<WeightsAnswer> {
    const network = networkOf(spec);
    try {
      const own = files.map(({ name, bytes }) => ({ path: basename(name), bytes }));
      return await inOwnFolder(own, async (folder) => {
        const names = own.map(({ path }) => path);
        const read = await readWeightsFiles(folder, names, network, { layout, order });
        return {
          kind: "read",
          bytes: await weightsFile(network, read.parameters),
          understood: read.understood,
        };
      });
    } catch (error) {
      if (!(error instanceof AmbiguousWeightsError)) throw error;
      return { kind: "asks", asks: error.asks, choices: [...error.choices], message: error.message };
    }
  }

  /** What an imported run holds besides its numbers. @throws {StoreError} If there is no such run. */
  report({ runId }: { readonly runId: string }): ImportedReport {
    return this.#services.store.getReport(runId, "imported", importedReportSchema).report;
  }

  /**
   * Reads a file or folder on while it grows.
   *
   * @param remember It goes on when the app is started again, until it is stopped.
   * @throws {ContractError} If it holds no runs. @throws {Error} If it is not there.
   */
  async follow(
    { path, step = null }: RunsToImport,
    { remember = false }: { readonly remember?: boolean } = {},
  ): Promise<Followed> {
    const source = await realpath(path);
    const follower = await (this.#followers.get(source) ?? this.#beginOnce(source, step));
    if (remember && follower.state().ended === "") this.#remember(source, step);
    return follower.state();
  }

  async #beginOnce(source: string, step: string | null): Promise<RunFollower> {
    const begun = this.#beginning.get(source);
    if (begun !== undefined) return begun;
    if (this.#followers.size + this.#beginning.size >= MOST_FOLLOWED) {
      throw new ContractError(`${MOST_FOLLOWED} files are followed already: stop one of them first`);
    }
    const beginning = this.#begin(source, step).finally(() => this.#beginning.delete(source));
    this.#beginning.set(source, beginning);
    return beginning;
  }

  async #begin(source: string, step: string | null): Promise<RunFollower> {
    const sources = await findSources(source, step);
    if (this.#closed) throw new ContractError("The lab is closed");
    const follower = new RunFollower(
      source,
      sources.map((one) => ({ importer: new RunImporter(this.#services, one), format: one.format })),
      () => {
        this.#changed();
      },
    );
    this.#followers.set(source, follower);
    void follower.done.then(() => {
      const { ended } = follower.state();
      this.#followers.delete(source);
      if (ended !== CLOSED) this.#forget(source);
      this.#changed();
      if (ended !== STOPPED && ended !== CLOSED) {
        this.#tell(`${source} is followed no more`, ended);
      }
    });
    this.#changed();
    return follower;
  }

  /** Goes on with what was followed when the app was left; what is gone meanwhile is said, and forgotten. */
  async resumeFollowing(): Promise<void> {
    if (this.#services.store.readOnly) return;
    const before = await this.#file.read();
    for (const { source, step } of before) {
      try {
        await this.follow({ path: source, step }, { remember: true });
      } catch (error) {
        this.#tell(`${source} is followed no more`, messageLine(error));
      }
    }
    if (this.#remembered.size < before.length) this.#write();
  }

  /** Resolves when a source is followed no more. */
  async followedToEnd({ source }: { readonly source: string }): Promise<void> {
    await this.#followers.get(source)?.done;
  }

  unfollow({ source }: { readonly source: string }): void {
    const follower = this.#followers.get(source);
    this.#followers.delete(source);
    follower?.stop(STOPPED);
  }

  followed(): readonly Followed[] {
    return [...this.#followers.values()].map((follower) => follower.state());
  }

  /** Nothing is followed from now on: the store is about to be closed. */
  close(): void {
    this.#closed = true;
    for (const follower of this.#followers.values()) follower.stop(CLOSED);
  }

  #remember(source: string, step: string | null): void {
    this.#remembered.set(source, step);
    this.#write();
  }

  #forget(source: string): void {
    if (this.#remembered.delete(source)) this.#write();
  }

  #write(): void {
    const sources = [...this.#remembered].map(([source, step]) => ({ source, step }));
    this.#file.write(sources).catch((error: unknown) => {
      this.#tell("What is followed could not be kept for the next start", messageLine(error));
    });
  }

  #tell(title: string, message: string): void {
    this.#services.emit({ name: "failure", payload: { title, message } });
  }

  #changed(): void {
    this.#services.emit({ name: "followedChanged", payload: [...this.followed()] });
  }
}

const STOPPED = "stopped";
/** The app is left: it is followed again at the next start. */
const CLOSED = "closed";
