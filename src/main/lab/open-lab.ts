import { dirname, join } from "node:path";
import type { InstructionSet } from "../../shared/engine/instruction-sets.ts";
import { isAlive } from "../data/replace-file.ts";
import { availableThreads } from "../engine/available-threads.ts";
import { Engine } from "../engine/engine.ts";
import { beginFlagTrial } from "../engine/flag-trial.ts";
import { joinsVectors } from "../engine/joins-vectors.ts";
import { probeFlags } from "../engine/probe-flags.ts";
import { ownV8Flags, setV8Flags } from "../engine/v8-flags.ts";
import { followWriter } from "../store/follow-writer.ts";
import { openStore, type OpenStoreOptions } from "../store/open/open-store.ts";
import { thisMachine, type WindowSystem } from "../timing/machine-system.ts";
import { MachineWatch } from "../timing/machine-watch.ts";
import { EventLoopDelay } from "./activity/event-loop-delay.ts";
import { ExperimentCancelled } from "./activity/experiment-cancelled.ts";
import type { LabEvent, LabServices } from "./activity/experiment.ts";
import { RunSupervisor } from "./activity/run-supervisor.ts";
import { ClusterLab } from "./cluster/cluster-lab.ts";
import { KnownSweeps } from "./cluster/known-sweeps.ts";
import { IdleMemory } from "./compute/idle-memory.ts";
import { DataRows } from "./compute/data-rows.ts";
import { DatasetLibrary } from "./datasets/dataset-library.ts";
import { DatasetsLab } from "./datasets/datasets-lab.ts";
import { CurrentMachine } from "./diagnostics/current-machine.ts";
import { DiagnosticsLab } from "./diagnostics/diagnostics-lab.ts";
import { KernelsLab } from "./diagnostics/kernels-lab.ts";
import { describeMachine } from "./diagnostics/machine.ts";
import { storedTuning } from "./diagnostics/stored-tuning.ts";
import { DocumentLibrary } from "./documents/document-library.ts";
import { ExchangeLab } from "./exchange/exchange-lab.ts";
import { GradcheckLab } from "./gradcheck/gradcheck-lab.ts";
import { InitLab } from "./init/init-lab.ts";
import type { Lab } from "./lab.ts";
import { ForeignRungs } from "./ladder/foreign-rungs.ts";
import { LadderLab } from "./ladder/ladder-lab.ts";
import { BundledLessons } from "./lessons/bundled-lessons.ts";
import { LessonsLab } from "./lessons/lessons-lab.ts";
import { DatabaseLab } from "./runs/database-lab.ts";
import { RunsLab } from "./runs/runs-lab.ts";
import { storeReaders } from "./runs/store-readers.ts";
import { ViewsLab } from "./runs/views-lab.ts";
import { StagesLab } from "./stages/stages-lab.ts";
import { LiveLab } from "./live/live-lab.ts";
import { SessionLab } from "./live/session-lab.ts";
import { StepperLab } from "./stepper/stepper-lab.ts";
import { PredictLab } from "./training/learned/predict-lab.ts";
import { LearnedLab } from "./training/learned/learned-lab.ts";
import { LrSearchLab } from "./training/lr-search-lab.ts";
import { ProfileLab } from "./training/profile-lab.ts";
import { TrainingLab } from "./training/training-lab.ts";

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
  /** These kernels and no others, instead of those that are chosen for this machine. */
  readonly kernels?: InstructionSet;
  /** The arena's memory goes back to the system when nothing was on for so long. */
  readonly idleMs?: number;
  /** What Electron's main process knows of the machine; absent in a plain process. */
  readonly windowSystem?: WindowSystem;
  /** How the database is opened, see OpenStoreOptions. */
  readonly database?: Pick<OpenStoreOptions, "readOnly" | "emptyIfMissing" | "usualPlace">;
}

/**
 * Opens the lab: database, worker threads, experiments.
 *
 * @throws {StoreError} If the database cannot be opened. @throws {TaskError} If the workers cannot start.
 */
export async function openLab(options: LabOptions): Promise<Lab> {
  const lab = openIdleLab(options);
  try {
    await lab.start();
  } catch (error) {
    await lab.close();
    throw error;
  }
  return lab;
}

/**
 * Opens all of the lab but its worker threads, which `start` starts: until then it can be read, and nothing be run.
 *
 * @throws {StoreError} If the database cannot be opened.
 */
export function openIdleLab(options: LabOptions): Lab {
  const threads = options.threads ?? availableThreads();
  const delay = new EventLoopDelay();
  const { databasePath, nativeBinding, database = {} } = options;
  const store = openStore({ path: databasePath, nativeBinding, ...database });
  const trial = beginFlagTrial(join(dirname(options.databasePath), "v8-flags-trial"), process.versions.v8, {
    record: !store.readOnly && threads > 0,
    probe: () => probeFlags(join(dirname(options.workerFile), "compile-kernels.js"), ownV8Flags()),
  });
  const v8Flags = trial.allowed ? setV8Flags() : [];
  const tuning = storedTuning(store, describeMachine("not chosen yet"), {
    v8Flags,
    appVersion: options.appVersion,
  });
  const engine = Engine.withoutWorkers({
    threads,
    workerFile: options.workerFile,
    tuning,
    joinsVectors: joinsVectors(v8Flags),
    ...(options.kernels === undefined ? {} : { kernels: options.kernels }),
  });
  const machine = new CurrentMachine(engine, store);

  const listeners = new Set<(event: LabEvent) => void>();
  const emit = (event: LabEvent): void => {
    for (const listener of listeners) listener(event);
  };
  const datasets = new DatasetLibrary({
    root: store.datasetsFolder,
    resourcesDir: options.resourcesDir,
    store,
    onProblem: (message) => {
      emit({ name: "failure", payload: { title: "A data set cannot be read", message } });
    },
  });
  const machineWatch = new MachineWatch(thisMachine(options.windowSystem));
  const services: LabServices = {
    engine,
    store,
    emit,
    get machineId() {
      return machine.get().id;
    },
    machineWatch,
    resourcesDir: options.resourcesDir,
    dataset: (name) => datasets.find(name),
    appVersion: options.appVersion,
  };
  const supervisor = new RunSupervisor(services, delay);
  const builtFile = (name: string): string => join(dirname(options.workerFile), name);
  const tfjsFile = builtFile("tfjs.js");
  const foreignRungs = new ForeignRungs(engine, {
    tfjsFile,
    pytorchFile: join(options.resourcesDir, "peers", "pytorch.py"),
  });
  const data = new DataRows(engine, datasets, () => {
    if (supervisor.state()?.cancelling === true) throw new ExperimentCancelled("cancelled");
  });
  void datasets.sweep(new Date(), isAlive).catch(() => undefined);
  const idleMemory = new IdleMemory({
    engine,
    idle: () => supervisor.state() === null,
    release: () => {
      data.release();
    },
    ...(options.idleMs === undefined ? {} : { idleMs: options.idleMs }),
  });
  listeners.add(({ name }) => {
    if (name === "activityChanged") idleMemory.activityChanged();
  });
  const readers = storeReaders({
    threadFile: builtFile("store-thread.js"),
    path: store.path,
    readFrom: store.readFrom,
    abandonedRuns: store.abandonedRuns,
    outOfSpace: store.outOfSpace,
    nativeBinding: options.nativeBinding,
    readOnlyReason: store.readOnlyReason,
  });
  const stopFollowing = followWriter(store, () => {
    emit({ name: "runsChanged", payload: { runs: null } });
  });
  const runs = new RunsLab(services, supervisor, readers);
  const live = new LiveLab({
    engine,
    datasets,
    runs: {
      find: (query) => runs.find(query, "all"),
      get: (runId) => store.findRun(runId),
      metrics: (runId, name) => store.getMetrics(runId, name),
    },
    sandboxFile: builtFile("sandbox.js"),
    machineWatch,
    asActivity: (title, body) => supervisor.work("notebook", title, body),
  });
  const documents = new DocumentLibrary({ store, resourcesDir: options.resourcesDir, emit });
  const session = new SessionLab({ live, services, supervisor, library: documents });
  listeners.add(({ name, payload }) => {
    // The workers are told by the supervisor, the interpreter is not.
    if (name !== "activityChanged" || payload?.cancelling !== true) return;
    session.stopAll();
    live.stop();
  });
  const training = new TrainingLab(services, supervisor, data);
  const exchange = new ExchangeLab(services, supervisor, data, (path) => runs.import(path));
  const subscribe: Lab["subscribe"] = (listener) => {
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
    };
  };
  const cluster = new ClusterLab({
    training,
    runs,
    datasets,
    code: {
      appVersion: options.appVersion,
      get kernelsHash() {
        return engine.kernelsHash;
      },
      get kernels() {
        return engine.instructionSet;
      },
    },
    place: {
      // Built files are in out/main of it.
      appPath: join(dirname(options.workerFile), "..", ".."),
      resourcesDir: options.resourcesDir,
      databasePath: store.path,
    },
    cancel: () => {
      supervisor.cancel();
    },
    subscribe,
  });
  const sweeps = new KnownSweeps({ cluster, store, idle: () => supervisor.state() === null, emit });
  let closed = false;
  const isClosed = (): boolean => closed;
  const found = { ...options, threads, engine, store, delay, v8Flags, flagsWithheld: !trial.allowed };

  return {
    opened: { notices: store.notices, damaged: store.damage.length > 0 },
    ladder: new LadderLab(services, supervisor, foreignRungs),
    init: new InitLab(services, supervisor, data),
    stages: new StagesLab(services, supervisor, data, tfjsFile),
    stepper: new StepperLab(services, supervisor, data),
    live,
    lessons: new LessonsLab({
      store,
      bundled: new BundledLessons(options.resourcesDir),
      live,
      work: (title, body) => supervisor.work("notebook", title, body),
      emit,
    }),
    documents,
    session,
    gradcheck: new GradcheckLab(services, supervisor, data, tfjsFile),
    training,
    lrsearch: new LrSearchLab(services, supervisor, data),
    profile: new ProfileLab(services, supervisor, data),
    learned: new LearnedLab(services, supervisor, data),
    exchange,
    runs,
    cluster,
    sweeps,
    predict: new PredictLab(services, supervisor, data, datasets),
    datasets: new DatasetsLab(services, supervisor, datasets, (id) => {
      data.forget(id);
    }),
    views: new ViewsLab(store),
    database: new DatabaseLab(services, supervisor, readers),
    diagnostics: new DiagnosticsLab(found, machine, tuning),
    kernels: new KernelsLab(services, supervisor),
    activity: supervisor,
    subscribe,
    start: async () => {
      if (isClosed()) return;
      await engine.startWorkers();
      trial.passed();
      if (isClosed()) return;
      machine.get();
    },
    close: async () => {
      closed = true;
      training.close();
      sweeps.close();
      exchange.close();
      idleMemory.close();
      supervisor.cancel();
      await session.closeAll();
      await live.close();
      await supervisor.idle();
      await documents.close();
      data.release();
      await engine.close();
      await Promise.all(Object.values(readers).map((reader) => reader.close()));
      delay.stop();
      stopFollowing();
      store.close();
    },
  };
}
