import { availableParallelism } from "node:os";
import { dirname, join } from "node:path";
import { Engine } from "../engine/engine.ts";
import { beginFlagTrial } from "../engine/flag-trial.ts";
import { setV8Flags } from "../engine/v8-flags.ts";
import type { ActivityDelay } from "../../shared/ipc/ipc-contract.ts";
import type { Machine } from "../../shared/runs/run-records.ts";
import { gradcheckReportSchema } from "../../shared/experiments/gradcheck.ts";
import { initReportSchema } from "../../shared/experiments/init.ts";
import { trainingReportSchema } from "../../shared/experiments/training.ts";
import { stagesReportSchema } from "../../shared/experiments/stages.ts";
import { openStore, type OpenStoreOptions } from "../store/open/open-store.ts";
import { StoreReader } from "../store/thread/store-reader.ts";
import { ActivityTracker } from "./activity/activity-tracker.ts";
import { collectDiagnostics } from "./diagnostics/diagnostics.ts";
import { EventLoopDelay, savedActivityDelay } from "./activity/event-loop-delay.ts";
import type { Lab } from "./lab.ts";
import { compareLadders } from "./ladder/compare-ladders.ts";
import { ForeignRungs } from "./ladder/foreign-rungs.ts";
import { LadderLab } from "./ladder/ladder-lab.ts";
import { GradcheckLab } from "./gradcheck/gradcheck-lab.ts";
import { InitLab } from "./init/init-lab.ts";
import { DatasetLibrary } from "./datasets/dataset-library.ts";
import { ImageRows } from "./compute/image-rows.ts";
import { StagesLab } from "./stages/stages-lab.ts";
import { StepperLab } from "./stepper/stepper-lab.ts";
import { describeMachine } from "./diagnostics/machine.ts";
import { NotebookLab } from "./notebook/notebook-lab.ts";
import { saveGradients } from "./notebook/save-gradients.ts";
import { RunsLab } from "./runs/runs-lab.ts";
import { RunSupervisor } from "./activity/run-supervisor.ts";
import { storedTuning } from "./diagnostics/stored-tuning.ts";
import { MOST_THREADS } from "../../shared/specs/threads.ts";
import { LearnedLab } from "./training/learned/learned-lab.ts";
import { TrainingLab } from "./training/training-lab.ts";
import { tuningReport } from "./diagnostics/tuning-report.ts";
import type { LabEvent, LabServices } from "./activity/experiment.ts";

/** The threads for exports and upkeep end this long after the last one. */
const SLOW_READER_IDLE_MS = 10_000;

export interface LabOptions {
  readonly databasePath: string;
  /** Holds data/mnist. */
  readonly resourcesDir: string;
  /** The built worker, out/main/worker.js. */
  readonly workerFile: string;
  /** better-sqlite3's native module when the prebuilt one does not fit this runtime, else null. */
  readonly nativeBinding: string | null;
  readonly logPath: string;
  readonly appVersion: string;
  /** Where Electron came from, for the diagnostics page. */
  readonly runtimeSource: string;
  /** Worker threads to start with; default one a core. */
  readonly threads?: number;
  /** How the database is opened, see OpenStoreOptions. */
  readonly database?: Pick<OpenStoreOptions, "readOnly" | "emptyIfMissing" | "usualPlace">;
}

/**
 * Opens the lab: database, worker threads, experiments.
 *
 * @throws {StoreError} If the database cannot be opened. @throws {TaskError} If the workers cannot start.
 */
export async function openLab(options: LabOptions): Promise<Lab> {
  const threads = options.threads ?? Math.min(availableParallelism(), MOST_THREADS);
  const delay = new EventLoopDelay();
  const { databasePath, nativeBinding, database = {} } = options;
  const store = openStore({ path: databasePath, nativeBinding, ...database });
  const trial = beginFlagTrial(
    join(dirname(options.databasePath), "v8-flags-trial.json"),
    process.versions.v8,
    { record: !store.readOnly },
  );
  const v8Flags = trial.allowed ? setV8Flags() : [];
  const tuning = storedTuning(store, describeMachine("not chosen yet"), {
    v8Flags,
    appVersion: options.appVersion,
  });
  const engine = await Engine.start({ threads, workerFile: options.workerFile, tuning }).catch(
    (error: unknown) => {
      store.close();
      throw error;
    },
  );
  trial.passed();
  let described: Machine | null = null;
  /** The machine with the kernels in use, which a tuning may change; saved, so that runs may refer to it. */
  const machine = (): Machine => {
    const kernel = `wasm-${engine.instructionSet}`;
    if (described?.kernel === kernel) return described;
    described = describeMachine(kernel);
    if (!store.readOnly) store.saveMachine(described);
    return described;
  };
  machine();

  const listeners = new Set<(event: LabEvent) => void>();
  const emit = (event: LabEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const tracker = new ActivityTracker((activity) => {
    emit({ name: "activityChanged", payload: activity });
  });
  const services: LabServices = {
    engine,
    store,
    tracker,
    delay,
    emit,
    get machineId() {
      return machine().id;
    },
    resourcesDir: options.resourcesDir,
    appVersion: options.appVersion,
  };
  const supervisor = new RunSupervisor(services);
  const notebook = new NotebookLab(services, supervisor);
  // Built beside the worker.
  const tfjsFile = join(dirname(options.workerFile), "tfjs.js");
  const foreignRungs = new ForeignRungs(engine, {
    tfjsFile,
    pytorchFile: join(options.resourcesDir, "peers", "pytorch.py"),
  });
  const ladder = new LadderLab(services, supervisor, foreignRungs);
  const datasets = new DatasetLibrary(store.datasetsFolder);
  const data = new ImageRows(engine, options.resourcesDir, datasets);
  const init = new InitLab(services, supervisor, data);
  const stages = new StagesLab(services, supervisor, data, tfjsFile);
  const stepper = new StepperLab(services, supervisor, data);
  const gradcheck = new GradcheckLab(services, supervisor, data, tfjsFile);
  const training = new TrainingLab(services, supervisor, data);
  // Built beside the worker.
  const readerOptions = {
    threadFile: join(dirname(options.workerFile), "store-thread.js"),
    path: store.path,
    readFrom: store.readFrom,
    abandonedRuns: store.abandonedRuns,
    outOfSpace: store.outOfSpace,
    nativeBinding: options.nativeBinding,
    readOnly: store.readOnly,
  };
  const readers = {
    quick: new StoreReader({ ...readerOptions, idleMs: Infinity }),
    slow: new StoreReader({ ...readerOptions, idleMs: SLOW_READER_IDLE_MS }),
    upkeep: new StoreReader({ ...readerOptions, idleMs: SLOW_READER_IDLE_MS }),
  };
  const runs = new RunsLab(services, supervisor, readers);
  const learned = new LearnedLab(services, supervisor, data);

  let earlierDelay: ActivityDelay | null | undefined;
  /** From the database once: this process's own runs are known without it. */
  const readEarlierDelay = (): ActivityDelay | null => {
    if (earlierDelay === undefined) earlierDelay = savedActivityDelay(store.listRuns(1));
    return earlierDelay;
  };

  return {
    opened: { notices: store.notices, damaged: store.damage.length > 0 },
    describeNotebook: () => notebook.describe(),
    notebookState: () => notebook.state(),
    forecastNotebook: (settings) => notebook.forecast(settings),
    runNotebook: (selection, settings, weights = null) => notebook.run(selection, settings, weights),
    saveGradients: (folder) => saveGradients(notebook, folder),
    describeLadder: () => ladder.describe(),
    forecastLadder: (settings) => ladder.forecast(settings),
    startLadder: (settings) => ladder.start(settings),
    getLadder: (runId) => store.getLadder(runId),
    compareLadders: (runId, otherRunId) =>
      compareLadders(store.getLadder(runId), store.getLadder(otherRunId)),
    findPyTorch: async () => {
      const tell = (python: string | null): void => {
        emit({ name: "pythonTried", payload: { python } });
      };
      const found = await foreignRungs.findPyTorch(tell).finally(() => {
        tell(null);
      });
      return "reason" in found
        ? { version: null, reason: found.reason }
        : { version: found.version, reason: "" };
    },
    initPresets: () => init.presets(),
    measureInit: (settings) => init.measure(settings),
    saveInit: (settings) => init.save(settings),
    getInit: (runId) => store.getReport(runId, "init", initReportSchema),
    initBand: (id) => init.band(id),
    describeStages: () => stages.describe(),
    forecastStages: (settings) => stages.forecast(settings),
    startStages: (settings) => stages.start(settings),
    getStages: (runId) => store.getReport(runId, "stages", stagesReportSchema),
    traceNetwork: (settings) => stepper.trace(settings),
    forecastGradcheck: (settings) => gradcheck.forecast(settings),
    startGradcheck: (settings, weights = null) => gradcheck.start(settings, weights),
    getGradcheck: (runId) => store.getReport(runId, "gradcheck", gradcheckReportSchema),
    forecastTraining: (spec) => training.forecast(spec),
    identifyTraining: (spec, trainingOptions) => training.identify(spec, trainingOptions),
    startTraining: (spec, trainingOptions) => training.start(spec, trainingOptions),
    resumeTraining: (runId) => training.resume(runId),
    trainingState: () => training.state(),
    controlTraining: (control) => {
      training.control(control);
    },
    findLr: (spec, options) => training.findLr(spec, options),
    trainingQueue: () => training.queue(),
    enqueueTraining: (spec, queuedThreads, note) => training.enqueue(spec, queuedThreads, note),
    dequeueTraining: (id) => {
      training.dequeue(id);
    },
    listDatasets: () => datasets.list(),
    previewImport: (files) => datasets.preview(files),
    acceptImport: (choice) => datasets.accept(choice),
    removeDataset: (id) => datasets.remove(id),
    getTrainingReport: (runId) => store.getReport(runId, "training", trainingReportSchema).report,
    inspectTraining: (runId, weights) => learned.inspect(runId, weights, threads),
    predict: (runId, weights, pixels) => learned.predict(runId, weights, pixels),
    saveWeights: (runId, weights, target) => learned.saveWeights(runId, weights, target),
    activity: () => tracker.current(),
    cancel: () => supervisor.cancel(),
    listRuns: (ofEachKind) => store.listRuns(ofEachKind),
    getMetrics: (runId, name) => store.getMetrics(runId, name),
    runs,
    listViews: () => store.listViews(),
    saveView: (view) => {
      store.saveView(view);
    },
    dropView: (name) => {
      store.dropView(name);
    },
    getRun: (runId) => store.getRun(runId),
    tuneKernels: async () => {
      await supervisor.work("tuning", "Testing and timing the kernels", async () => {
        tracker.phase("every set against a plain loop");
        await engine.tune();
      });
      return tuningReport(engine.tuning);
    },
    diagnostics: () =>
      collectDiagnostics({
        ...options,
        threads,
        machine: machine(),
        engine,
        store,
        delay,
        earlierDelay: readEarlierDelay(),
        v8Flags,
        tuningProblem: tuning.problem,
        flagsWithheld: !trial.allowed,
      }),
    subscribe: (listener) => {
      listeners.add(listener);
      return () => {
        listeners.delete(listener);
      };
    },
    close: async () => {
      training.close();
      supervisor.cancel();
      await supervisor.idle();
      notebook.release();
      data.release();
      await engine.close();
      await Promise.all(Object.values(readers).map((reader) => reader.close()));
      delay.stop();
      store.close();
    },
  };
}
