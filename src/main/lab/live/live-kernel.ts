import { ContractError, DataFormatError, OutOfMemoryError } from "../../../core/errors.ts";
import type { CheckReport } from "../../../core/tensor/check/check-types.ts";
import { messageOf } from "../../../core/thrown.ts";
import type { CellOutput } from "../../../shared/live/cell-output.ts";
import type { CellError, CellResult } from "../../../shared/live/cell-result.ts";
import type { CellSource, CheckSource, LiveSettings } from "../../../shared/live/live-settings.ts";
import type {
  CellEnd,
  CheckRequest,
  FromSandbox,
  LeftVariables,
  RefusalReason,
  SandboxRequest,
  TimingAnswer,
  TimingRequest,
} from "../../../shared/live/sandbox-protocol.ts";
import type { Engine } from "../../engine/engine.ts";
import type { MachineWatch, WatchedStretch } from "../../timing/machine-watch.ts";
import type { ActivityHandle } from "../activity/activity-handle.ts";
import { ExperimentCancelled } from "../activity/experiment-cancelled.ts";
import type { DatasetLibrary } from "../datasets/dataset-library.ts";
import { Buffers } from "./buffers.ts";
import { LiveData } from "./live-data.ts";
import { findRuns, readCurve, type SavedRuns } from "./saved-runs.ts";
import { Sandbox } from "./sandbox.ts";
import { serveCheck } from "./serve-check.ts";
import { serveCompare } from "./serve-compare.ts";
import { serveRun, type Serving } from "./serve-run.ts";

/** A cell that has not ended so long after Stop loses its sandbox. */
const TERMINATE_AFTER_MS = 2_000;
/** On a busy machine it waits for a core: it keeps its sandbox until the process has computed so much of that time … */
const BUSY_SHARE = 0.8;
/** … or so many times as long has passed. */
const PATIENCE = 10;

export interface LiveServices {
  readonly engine: Engine;
  readonly datasets: DatasetLibrary;
  readonly runs: SavedRuns;
  /** The built sandbox, out/main/sandbox.js. */
  readonly sandboxFile: string;
  readonly machineWatch: MachineWatch;
  /** What tensors may take at most; as much as there is unless given. */
  readonly tensorBytes?: number;
  /** Does something as the lab's one activity. @throws {ContractError} If another one is on. */
  readonly asActivity: <T>(title: string, body: (activity: ActivityHandle) => Promise<T>) => Promise<T>;
}

/** What a kernel needs: whose activity a cell is, it need not know. */
export type KernelServices = Omit<LiveServices, "asActivity"> & {
  readonly asActivity: <T>(title: string, body: () => Promise<T>) => Promise<T>;
};

export interface RunCellOptions {
  /** Hears of everything the cell shows, as it shows it. */
  readonly onOutput?: (output: CellOutput) => void;
  /** Hears in words how far something long is and what is left of it; "" when it is over. */
  readonly onForecast?: (words: string) => void;
}

/** A cell that runs. */
interface Running {
  readonly outputs: CellOutput[];
  readonly onOutput: (output: CellOutput) => void;
  readonly onForecast: (words: string) => void;
  readonly end: (end: CellEnd | CellError) => void;
  stopReason: string | null;
}

const NOTHING_LEFT: LeftVariables = { variables: [], changes: [] };
const NOTHING_RAN = { operations: 0, flushes: 0, tensors: 0, tensorBytes: 0, left: NOTHING_LEFT };

/** Starts a sandbox for the cells of one document; `onClose` hears of its end. @throws {TaskError} */
export async function openLiveKernel(
  services: KernelServices,
  settings: LiveSettings,
  onClose: (kernel: LiveKernel) => void = () => undefined,
): Promise<LiveKernel> {
  const kernel = new LiveKernel(services, settings, onClose);
  try {
    await kernel.restart();
  } catch (error) {
    await kernel.close();
    throw error;
  }
  return kernel;
}

/** Runs cells one after another: their code in the sandbox, their tensors on the engine. */
export class LiveKernel {
  readonly #services: KernelServices;
  readonly #settings: LiveSettings;
  readonly #onClose: (kernel: LiveKernel) => void;
  readonly #data: LiveData;
  readonly #serving: Serving;
  #sandbox: Sandbox | null = null;
  readonly #endReadings: () => void;
  #running: Running | null = null;
  /** What is being timed. */
  #timed: WatchedStretch | null = null;
  /** What main is doing for the sandbox. */
  #serve: Promise<void> = Promise.resolve();
  #computing = false;
  #generation = 0;
  #closed = false;
  #left = NOTHING_LEFT;

  constructor(services: KernelServices, settings: LiveSettings, onClose: (kernel: LiveKernel) => void) {
    this.#services = services;
    this.#settings = settings;
    this.#onClose = onClose;
    const { engine, datasets } = services;
    this.#data = new LiveData(datasets, settings.rows);
    this.#serving = {
      engine,
      buffers: new Buffers(engine.arena, services.tensorBytes),
      threads: settings.threads,
      structures: new Map(),
      seenNumbers: new Map(),
    };
    // What is timed in a cell may take less time than it takes to see what else the machine does.
    this.#endReadings = services.machineWatch.keepReadings();
  }

  /** Which sandbox it is, from 1: names of cells that ran in an earlier one are gone. */
  get generation(): number {
    return this.#generation;
  }

  /** The variables that the last cell left, and what it changed. */
  get left(): LeftVariables {
    return this.#left;
  }

  /** Runs a cell to its end; why it failed is in the result. @throws {ContractError} If another activity is on. */
  async runCell(cell: CellSource, options: RunCellOptions = {}): Promise<CellResult> {
    return this.#services.asActivity(`cell ${cell.id}`, () =>
      this.#run(cell.id, (sandbox) => sandbox.run(cell), options),
    );
  }

  /** Runs a lesson's check, which throws unless the exercise is solved. @throws {ContractError} As runCell. */
  async runCheck(check: CheckSource, options: RunCellOptions = {}): Promise<CellResult> {
    return this.#services.asActivity(`check ${check.id}`, () =>
      this.#run(check.id, (sandbox) => sandbox.check(check), options),
    );
  }

  async #run(
    id: string,
    begin: (sandbox: Sandbox) => void,
    { onOutput = () => undefined, onForecast = () => undefined }: RunCellOptions,
  ): Promise<CellResult> {
    if (this.#closed) throw new ContractError("The notebook is closed");
    if (this.#running !== null) throw new ContractError("Another cell is running; stop it or wait for it");
    this.#services.engine.clearCancellation();
    const outputs: CellOutput[] = [];
    const generation = this.#generation;
    const began = performance.now();
    const ended = new Promise<CellEnd | CellError>((end) => {
      this.#running = { outputs, onOutput, onForecast, end, stopReason: null };
    });
    const { limitMs } = this.#settings;
    const limit =
      limitMs === null
        ? undefined
        : setTimeout(
            () => this.#stop(`stopped after ${limitMs / 1000} s, the limit; all variables are as they were`),
            limitMs,
          );
    try {
      this.#sandbox ??= await this.#start();
      begin(this.#sandbox);
      const end = await ended;
      return this.#result(id, { outputs, generation, end, wallMs: performance.now() - began });
    } finally {
      clearTimeout(limit);
      this.#running = null;
    }
  }

  /** Ends the running cell and keeps all variables, if it answers. */
  stop(): void {
    this.#stop("stopped; all variables are as they were");
  }

  /** All names go, a fresh sandbox comes. @throws {ContractError} If a cell runs. @throws {TaskError} */
  async restart(): Promise<void> {
    if (this.#running !== null) throw new ContractError("A cell is running; stop it first");
    await this.#end();
    this.#sandbox = await this.#start();
  }

  /** Ends the sandbox and gives its memory back. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#endReadings();
    const running = this.#running;
    await this.#end();
    running?.end(lost("the notebook was closed"));
    this.#onClose(this);
  }

  async #start(): Promise<Sandbox> {
    const generation = this.#generation;
    const current = (): boolean => generation === this.#generation;
    return Sandbox.start(this.#services.sandboxFile, this.#settings, {
      onNews: (news) => {
        if (current()) this.#hear(news);
      },
      onDeath: (reason) => {
        if (current() && this.#sandbox !== null) void this.#lose(`the sandbox failed: ${reason}`);
      },
    });
  }

  #hear(news: FromSandbox): void {
    const running = this.#running;
    if (news.kind === "request") this.#serve = this.#answer(news.request);
    else if (news.kind === "output") {
      running?.outputs.push(news.output);
      running?.onOutput(news.output);
    } else if (news.kind === "ended") running?.end(news.end);
  }

  async #answer(request: SandboxRequest): Promise<void> {
    const sandbox = this.#sandbox;
    const { buffers } = this.#serving;
    this.#computing = true;
    try {
      const answer = await this.#carryOut(request);
      sandbox?.answer({ answer, refusal: null, leftBytes: buffers.leftBytes });
    } catch (error) {
      const message = messageOf(error);
      const refusal = { reason: reasonOf(error, request), message };
      sandbox?.answer({ answer: null, refusal, leftBytes: buffers.leftBytes });
    } finally {
      this.#computing = false;
    }
  }

  async #carryOut(request: SandboxRequest): Promise<unknown> {
    // Stop came while the sandbox was between two requests; what it lets go of goes all the same.
    if (this.#running !== null && this.#running.stopReason !== null) {
      if (request.kind !== "run") throw new ExperimentCancelled("stopped");
      for (const buffer of request.frees) this.#serving.buffers.free(buffer);
      if (request.ops.length > 0) throw new ExperimentCancelled("stopped");
    }
    switch (request.kind) {
      case "run":
        return serveRun(this.#serving, request);
      case "dataset":
        return this.#data.serve(this.#serving, request);
      case "runs":
        return findRuns(this.#services.runs, request.query);
      case "curve":
        return readCurve(this.#services.runs, request.runId, request.name);
      case "compare":
        return serveCompare(this.#serving, request);
      case "check":
        return this.#check(request);
      case "timing":
        return this.#watchTiming(request);
    }
  }

  async #check(request: CheckRequest): Promise<CheckReport> {
    const running = this.#running;
    try {
      return await serveCheck(this.#serving, request, (words) => running?.onForecast(words));
    } finally {
      running?.onForecast("");
    }
  }

  #watchTiming({ at }: TimingRequest): TimingAnswer {
    const timed = this.#timed;
    this.#timed = at === "begin" ? this.#services.machineWatch.beginBefore() : null;
    return {
      warnings: at === "begin" ? [] : (timed?.look("just before or while this was timed").warnings ?? []),
    };
  }

  #stop(reason: string): void {
    const running = this.#running;
    const sandbox = this.#sandbox;
    if (running === null || sandbox === null || running.stopReason !== null) return;
    running.stopReason = reason;
    sandbox.stop();
    if (this.#computing) this.#services.engine.cancel();
    const stoppedMs = performance.now();
    const stoppedCpu = process.cpuUsage();
    const look = (): void => {
      if (this.#running !== running || this.#sandbox !== sandbox) return;
      const { user, system } = process.cpuUsage(stoppedCpu);
      const waitedMs = performance.now() - stoppedMs;
      // A thread that computes has its time among the process's: with less, it waits for a core and will still answer.
      const starved = (user + system) / 1000 < BUSY_SHARE * TERMINATE_AFTER_MS;
      if (starved && waitedMs < PATIENCE * TERMINATE_AFTER_MS) {
        setTimeout(look, TERMINATE_AFTER_MS / PATIENCE);
        return;
      }
      void this.#lose(
        `it did not answer for ${Math.round(waitedMs / 1000)} s after Stop (one long built-in call cannot be interrupted) ` +
          "and its sandbox was ended",
      );
    };
    setTimeout(look, TERMINATE_AFTER_MS);
  }

  /** The sandbox is beyond use: it goes with all names, and the next cell gets a new one. */
  async #lose(reason: string): Promise<void> {
    const running = this.#running;
    await this.#end();
    running?.end(lost(reason));
  }

  async #end(): Promise<void> {
    const sandbox = this.#sandbox;
    this.#sandbox = null;
    this.#generation++;
    await sandbox?.terminate();
    if (this.#computing) this.#services.engine.cancel();
    await this.#serve;
    this.#serving.buffers.freeAll();
  }

  #result(
    id: string,
    { end, ...ran }: Pick<CellResult, "outputs" | "generation" | "wallMs"> & { end: CellEnd | CellError },
  ): CellResult {
    const { left, ...counts } = "kind" in end ? { ...NOTHING_RAN, error: end } : end;
    this.#left = left;
    const { stopReason } = this.#running ?? { stopReason: null };
    const { error } = counts;
    const shown =
      error?.kind === "stopped" && stopReason !== null ? { ...error, message: stopReason } : error;
    return { id, ...ran, ...counts, error: shown };
  }
}

const lost = (reason: string): CellError => ({
  kind: "lost",
  name: "SandboxLost",
  message: `The cell was ended: ${reason}. All names are gone; run the cells above again.`,
  frames: [],
});

/** Requests whose refusal is the cell's own mistake: a name, a query. */
const READS: ReadonlySet<SandboxRequest["kind"]> = new Set(["dataset", "runs", "curve"]);

/** Why main could not do what it was asked to. */
function reasonOf(error: unknown, { kind }: SandboxRequest): RefusalReason {
  if (error instanceof ExperimentCancelled) return "stopped";
  if (error instanceof OutOfMemoryError) return "memory";
  if (error instanceof DataFormatError) return "data";
  if (error instanceof ContractError && READS.has(kind)) return "data";
  return "engine";
}
