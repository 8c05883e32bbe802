import { realpath } from "node:fs/promises";
import { join } from "node:path";
import { ContractError } from "../../../core/errors.ts";
import type { Network } from "../../../core/network/network.ts";
import type { Followed, ImportOutcome } from "../../../shared/experiments/imported.ts";
import { networkFromOnnx, type ForeignNetwork } from "../../exchange/onnx/network-from-onnx.ts";
import { onnxModel } from "../../exchange/onnx/onnx-model.ts";
import { readOnnx } from "../../exchange/onnx/read-onnx.ts";
import { findSources } from "../../exchange/runs/find-sources.ts";
import { writeTorchFolder } from "../../exchange/torch/write-torch-folder.ts";
import type { MatchedWeights, MatchHints } from "../../exchange/weights/match-weights.ts";
import { readWeightsFile } from "../../exchange/weights/read-weights-file.ts";
import { replaceFile } from "../../data/replace-file.ts";
import type { LabServices } from "../activity/experiment.ts";
import { ExperimentCancelled } from "../activity/experiment-cancelled.ts";
import type { RunSupervisor } from "../activity/run-supervisor.ts";
import type { ImageRows } from "../compute/image-rows.ts";
import { trainingToExport, type ExportedTraining } from "./export-training.ts";
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
}

/** More are a folder followed by mistake. */
const MOST_FOLLOWED = 20;

/** The way to Python and back: trainings, networks and runs as others read them, and what others have written. */
export class ExchangeLab {
  readonly #services: LabServices;
  readonly #supervisor: RunSupervisor;
  readonly #images: ImageRows;
  readonly #followers = new Map<string, RunFollower>();

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

  /** Writes a network as one .onnx file: what a run has learned last, or what a spec draws. @throws {ContractError} If an activity is on. */
  async exportOnnx(
    wanted: ExportedTraining,
    { path, overwrite }: ExportTarget,
    { normalise, softmax }: { readonly normalise: boolean; readonly softmax: boolean },
  ): Promise<void> {
    await this.#supervisor.work("exporting", "Exporting as ONNX", async () => {
      const training = await trainingToExport(this.#services, this.#images, wanted, { withData: false });
      const parameters = training.trained?.parameters ?? training.initial;
      if (parameters === null) {
        throw new ContractError(
          `${training.title} has kept no weights: it ended before its first checkpoint, and began with a file's`,
        );
      }
      const bytes = onnxModel(training.network, parameters, {
        normalisation: normalise ? training.normalisation : null,
        softmax,
      });
      await replaceFile(path, (handle) => handle.writeFile(bytes), { overwrite });
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
   * Adds runs that others have measured, or what is new of them.
   *
   * @throws {ContractError} If an activity is on, or there are none. @throws {DataFormatError} @throws {StoreError}
   */
  async importRuns({ path, step = null }: RunsToImport): Promise<ImportOutcome> {
    return this.#supervisor.work("import", "Importing runs", async (activity) => {
      const sources = await findSources(path, step);
      const outcomes: ImportOutcome[] = [];
      const problems: string[] = [];
      let error: unknown = null;
      const checkpoint = (): void => {
        if (activity.isCancelled()) throw new ExperimentCancelled("cancelled");
      };
      for (const [index, source] of sources.entries()) {
        activity.progress(index / sources.length);
        try {
          outcomes.push(await new RunImporter(this.#services, source).read(checkpoint));
        } catch (failure) {
          // In a folder, one file that is none of runs does not keep the others out.
          if (failure instanceof ExperimentCancelled) throw failure;
          error ??= failure;
          problems.push(failure instanceof Error ? failure.message : String(failure));
        }
      }
      const all = together(outcomes);
      if (outcomes.length === 0 && error instanceof Error) throw error;
      return { ...all, notes: [...all.notes, ...problems] };
    });
  }

  /** Reads a file or folder on while it grows. @throws {ContractError} If it holds no runs. @throws {Error} If it is not there. */
  async follow({ path, step = null }: RunsToImport): Promise<Followed> {
    const source = await realpath(path);
    const known = this.#followers.get(source);
    if (known !== undefined) return known.state();
    if (this.#followers.size >= MOST_FOLLOWED) {
      throw new ContractError(`${MOST_FOLLOWED} files are followed already: stop one of them first`);
    }
    const sources = await findSources(source, step);
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
      this.#changed();
      if (ended !== STOPPED) {
        this.#services.emit({ name: "failure", payload: { title: `${source} is followed no more`, message: ended } });
      }
    });
    this.#changed();
    return follower.state();
  }

  /** Resolves when a source is followed no more. */
  async followedToEnd({ source }: { readonly source: string }): Promise<void> {
    await this.#followers.get(source)?.done;
  }

  unfollow({ source }: { readonly source: string }): void {
    this.#followers.get(source)?.stop(STOPPED);
  }

  followed(): readonly Followed[] {
    return [...this.#followers.values()].map((follower) => follower.state());
  }

  /** Nothing is followed from now on: the store is about to be closed. */
  close(): void {
    for (const follower of this.#followers.values()) follower.stop(STOPPED);
  }

  #changed(): void {
    this.#services.emit({ name: "followedChanged", payload: [...this.followed()] });
  }
}

const STOPPED = "stopped";
