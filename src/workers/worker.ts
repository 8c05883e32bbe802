import kernelsBase64, { HASH } from "virtual:kernels";
// Piscina hands it on as it is; its own package would take each thread 20 ms to load.
import { workerData } from "node:worker_threads";
import { WASM_SETS } from "../shared/engine/instruction-sets.ts";
import {
  CONTROL,
  CONTROL_WORDS,
  type PingAnswer,
  type WorkerData,
  type WorkerTask,
} from "../shared/engine/worker-tasks.ts";
import { toWireError, type Result } from "../shared/ipc/wire-error.ts";
import { KernelLibrary } from "./kernels/load/kernel-library.ts";
import { readModule } from "./kernels/load/kernels.ts";
import { clearUpperHalves } from "./upper-halves.ts";
import { Control, ProgramStopped } from "./program/control.ts";
import { lowerPriority, ownThreadId } from "./own-thread.ts";
import { KeptPrograms } from "./program/kept-programs.ts";
import { runBandwidth } from "./tasks/bandwidth.ts";
import { runCloseness } from "./tasks/closeness.ts";
import { runCompare } from "./tasks/compare.ts";
import { runFill } from "./tasks/fill.ts";
import { runGradientReport } from "./tasks/gradient-report.ts";
import {
  runDirections,
  runFullDifferences,
  runNetworkDifferences,
  runNetworkGradients,
} from "./tasks/network-reference.ts";
import { runRung } from "./tasks/rung.ts";
import { runTensorCheck } from "./tasks/tensor-check.ts";
import { runTune, runVerify } from "./tasks/tune.ts";

const { memory } = workerData as WorkerData;
lowerPriority();
const threadId = ownThreadId();
const controlWords = new Int32Array(memory.buffer, 0, CONTROL_WORDS);
// Read before main hears anything of this thread: until then V8's flags are the kernels'.
const library = new KernelLibrary(
  WASM_SETS.map((instructionSet) => ({
    instructionSet,
    module: readModule(Buffer.from(kernelsBase64[instructionSet], "base64")),
  })),
  memory,
);

const programs = new KeptPrograms(memory, library);

/** @returns `stopped` when main cancelled the work, else what the task asks for. */
function answer(task: WorkerTask): unknown {
  if (task.kind === "ping") return { hash: HASH, modules: library.modules } satisfies PingAnswer;
  if (task.kind === "program") return programs.run(task);
  if (task.kind === "verify") return runVerify(library, task);
  const control = new Control(memory, {
    worker: "worker" in task ? task.worker : 0,
    threads: 1,
    givesWay: false,
  });
  switch (task.kind) {
    case "tune":
      return runTune(library, memory, task, () => {
        control.beat();
      });
    case "networkGradients":
      return runNetworkGradients(task, memory, control);
    case "networkDifferences":
      return runNetworkDifferences(task, memory, control);
    case "directions":
      return runDirections(task, memory, control);
    case "fullDifferences":
      return runFullDifferences(task, memory, control);
    case "gradientReport":
      return runGradientReport(task, memory, control);
    case "compare":
      return runCompare(task, memory, control);
    case "closeness":
      return runCloseness(task, memory, control);
    case "tensorCheck":
      return runTensorCheck(task, memory, control);
    case "rung":
      return runRung(task, memory, control);
    case "fill":
      runFill(task, memory, control);
      return;
    case "bandwidth":
      return runBandwidth(task, control);
  }
}

/** Piscina's entry point. Errors come back tagged, because they cross threads without their fields. */
export function work(task: WorkerTask): Result<unknown> {
  const place = "worker" in task ? CONTROL.threadIds + task.worker : null;
  // Before anything else: main's watchdog tells by this thread's processor time whether it hangs or waits for a core.
  if (place !== null) Atomics.store(controlWords, place, threadId);
  try {
    return { ok: true, value: answer(task) };
  } catch (error) {
    if (error instanceof ProgramStopped) return { ok: true, value: "stopped" };
    return { ok: false, error: toWireError(error) };
  } finally {
    clearUpperHalves();
    if (place !== null) Atomics.store(controlWords, place, 0);
  }
}
