import type { Activity, Diagnostics } from "../../shared/ipc/ipc-contract.ts";
import type {
  LadderComparison,
  LadderForecast,
  LadderRecord,
  LadderSettings,
  RungDescription,
} from "../../shared/experiments/ladder.ts";
import type {
  CellDescription,
  CellSelection,
  Forecast,
  NotebookSettings,
  NotebookState,
} from "../../shared/experiments/notebook.ts";
import type {
  GradcheckForecast,
  GradcheckRecord,
  GradcheckSettings,
} from "../../shared/experiments/gradcheck.ts";
import type {
  InitBand,
  InitPreset,
  InitRecord,
  InitReport,
  InitSettings,
} from "../../shared/experiments/init.ts";
import type { StepperSettings, Trace } from "../../shared/experiments/stepper.ts";
import type { StageDescription, StagesRecord, StagesSettings } from "../../shared/experiments/stages.ts";
import type { Dataset, ImportChoice, ImportPreview } from "../../shared/experiments/datasets.ts";
import type { Learned, Prediction, WeightsChoice } from "../../shared/experiments/learned.ts";
import type {
  TrainingReport,
  LrSearch,
  QueuedTraining,
  TrainingControl,
  TrainingForecast,
  TrainingState,
} from "../../shared/experiments/training.ts";
import type { GivenParameters } from "./compute/network-setup.ts";
import type { GivenWeights } from "./notebook/notebook-lab.ts";
import type { MetricPoint, RunDetails, RunSummary } from "../../shared/runs/run-records.ts";
import type { RunView } from "../../shared/runs/run-table.ts";
import type { TrainSpec } from "../../shared/specs/train-spec.ts";
import type { RunsLab } from "./runs/runs-lab.ts";
import type { TrainingOptions } from "./training/training-lab.ts";
import type { TuningReport } from "../../shared/experiments/tuning.ts";
import type { LabEvent, StartedRun } from "./activity/experiment.ts";

/**
 * Everything a person can ask of the lab, whatever asks: the window over IPC, the command line, the demo on a
 * machine without a display. One activity at a time.
 */
export interface Lab {
  /** What has to be said of how the saved runs were opened, and whether they were damaged. */
  readonly opened: { readonly notices: readonly string[]; readonly damaged: boolean };
  describeNotebook(): readonly CellDescription[];
  notebookState(): NotebookState;
  forecastNotebook(settings: NotebookSettings): Forecast;
  /** @throws {ContractError} If another activity is on or the cell is unknown. @throws {OutOfMemoryError} */
  runNotebook(
    selection: CellSelection,
    settings: NotebookSettings,
    /** Weights to use from cell 16 on instead of the drawn ones. */
    weights?: GivenWeights | null,
  ): StartedRun;
  /** Writes the last hand-written stage's gradients as .npy files. @returns their paths. @throws {ContractError} */
  saveGradients(folder: string): Promise<readonly string[]>;
  describeLadder(): readonly RungDescription[];
  forecastLadder(settings: LadderSettings): LadderForecast;
  /** @throws {ContractError} If another activity is on. @throws {OutOfMemoryError} */
  startLadder(settings: LadderSettings): StartedRun;
  /** @throws {StoreError} If there is no such ladder. */
  getLadder(runId: string): LadderRecord;
  /** How many times as long each rung took in the second ladder. @throws {StoreError} If there is no such ladder. */
  compareLadders(runId: string, otherRunId: string): LadderComparison;
  /** Looks for a Python with torch, which becomes a rung; takes some seconds. */
  findPyTorch(): Promise<{ version: string | null; reason: string }>;
  initPresets(): readonly InitPreset[];
  /** Draws networks and looks at every layer; leaves no run. @throws {ContractError} If another activity is on. */
  measureInit(settings: InitSettings): Promise<InitReport>;
  /** The same as a run. @throws {ContractError} If another activity is on. @throws {OutOfMemoryError} */
  saveInit(settings: InitSettings): StartedRun;
  /** @throws {StoreError} If there is no such run. */
  getInit(runId: string): InitRecord;
  /** A preset's layer over 30 seeds. @throws {ContractError} If another activity is on. */
  initBand(id: InitPreset["id"]): Promise<InitBand>;
  describeStages(): readonly StageDescription[];
  forecastStages(settings: StagesSettings): Forecast;
  /** @throws {ContractError} If another activity is on. @throws {OutOfMemoryError} */
  startStages(settings: StagesSettings): StartedRun;
  /** @throws {StoreError} If there is no such run. */
  getStages(runId: string): StagesRecord;
  /** Forward and backward op by op; leaves no run. @throws {ContractError} If another activity is on. */
  traceNetwork(settings: StepperSettings): Promise<Trace>;
  forecastGradcheck(settings: GradcheckSettings): GradcheckForecast;
  /** @throws {ContractError} If another activity is on. @throws {OutOfMemoryError} */
  startGradcheck(settings: GradcheckSettings, weights?: GivenParameters | null): StartedRun;
  /** @throws {StoreError} If there is no such run. */
  getGradcheck(runId: string): GradcheckRecord;
  forecastTraining(spec: TrainSpec): TrainingForecast;
  /** The run that this spec, seed, code and number of threads would be, and whether it is there already. */
  identifyTraining(spec: TrainSpec, options: TrainingOptions): { id: string; run: RunSummary | null };
  /**
   * Trains any network.
   *
   * @throws {ContractError} If another activity is on, or the run is there already and not wanted again.
   * @throws {OutOfMemoryError}
   */
  startTraining(spec: TrainSpec, options: TrainingOptions): StartedRun;
  /** Goes on exactly where the last checkpoint is. @throws {ContractError} @throws {StoreError} */
  resumeTraining(runId: string): StartedRun;
  trainingState(): TrainingState;
  /** Pauses, goes on, changes the learning rate. @throws {ContractError} If no training is on. */
  controlTraining(control: TrainingControl): void;
  /** Trains with a rising learning rate; leaves no run. @throws {ContractError} If another activity is on. */
  findLr(spec: TrainSpec, options: Pick<TrainingOptions, "threads" | "given">): Promise<LrSearch>;
  trainingQueue(): readonly QueuedTraining[];
  /** Starts when everything before it is done. @throws {OutOfMemoryError} */
  enqueueTraining(spec: TrainSpec, threads: number, note: string): QueuedTraining;
  dequeueTraining(id: string): void;
  /** MNIST, then what was imported. */
  listDatasets(): Promise<readonly Dataset[]>;
  /** Reads files and says what is in them. @throws {DataFormatError} @throws {RangeError} */
  previewImport(
    files: readonly { readonly name: string; readonly bytes: Uint8Array }[],
  ): Promise<ImportPreview>;
  /** Keeps what was previewed last as a data set. @throws {ContractError} */
  acceptImport(choice: ImportChoice): Promise<Dataset>;
  /** @throws {ContractError} If there is no such data set, or it is MNIST. */
  removeDataset(id: string): Promise<void>;
  /** The heat maps of a training's activations. @throws {StoreError} */
  getTrainingReport(runId: string): TrainingReport;
  /** What a training's network has learned. @throws {ContractError} If another activity is on or weights are missing. */
  inspectTraining(runId: string, weights: WeightsChoice): Promise<Learned>;
  /** What it makes of one image of 784 grey values. @throws {ContractError} If weights are missing. */
  predict(runId: string, weights: WeightsChoice, pixels: Uint8Array): Promise<Prediction>;
  /** Writes its weights. @returns how many parameters. @throws {ContractError} If weights are missing. */
  saveWeights(
    runId: string,
    weights: WeightsChoice,
    target: { readonly format: "safetensors" | "npy"; readonly path: string },
  ): Promise<number>;
  activity(): Activity | null;
  /** Asks the activity to stop; it ends as `cancelled` within 200 ms and keeps what it had. */
  cancel(): boolean;
  /** The newest so many of each kind that are not in the trash, newest first; all where no number is given. */
  listRuns(ofEachKind?: number): readonly RunSummary[];
  /** @throws {StoreError} If there is no such run. */
  getRun(runId: string): RunDetails;
  /** Points of a run's metrics, or of one of them, in recorded order. @throws {StoreError} */
  getMetrics(runId: string, name?: string): readonly MetricPoint[];
  /** Finding, changing, comparing, exporting and importing saved runs. */
  readonly runs: RunsLab;
  listViews(): readonly RunView[];
  /** Saves a view of the table of runs under its name, in place of an earlier one. @throws {StoreError} */
  saveView(view: RunView): void;
  dropView(name: string): void;
  diagnostics(): Diagnostics;
  /**
   * Tests and times the kernels again and uses and saves what wins; cancelled, all stays as it was.
   *
   * @returns the tuning in force afterwards. @throws {ContractError} If another activity is on.
   * @throws {KernelUnavailableError} @throws {TaskError}
   */
  tuneKernels(): Promise<TuningReport>;
  /** Listens to everything; call the returned function to stop. */
  subscribe(listener: (event: LabEvent) => void): () => void;
  /** Cancels what is on, ends the workers, closes the database. */
  close(): Promise<void>;
}
