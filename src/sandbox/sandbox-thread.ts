import { parentPort, workerData } from "node:worker_threads";
import * as v from "valibot";
import type { CellError } from "../shared/live/cell-result.ts";
import type { CellSource, CheckSource } from "../shared/live/live-settings.ts";
import type { FromSandbox, SandboxData, ToSandbox } from "../shared/live/sandbox-protocol.ts";
import type { SourceLine } from "../core/tensor/tensor-node.ts";
import { describeError, failureOf, failureOutside, recordedAt } from "./cell-failure.ts";
import { CellOutputs } from "./cell-outputs.ts";
import { CellSources } from "./cell-sources.ts";
import { CheckRecorder } from "./check-recorder.ts";
import { FormulaWriter } from "./formula-writer.ts";
import { hostFunctions } from "./host-functions.ts";
import { Interpreter } from "./interpreter.ts";
import { MainLine } from "./main-line.ts";
import { prepareCell } from "./prepare-cell.ts";
import { RandomKeys } from "./random-keys.ts";
import { TensorLedger } from "./tensor-ledger.ts";
import { knownNamesSchema, type KnownNames } from "./name-hints.ts";
import { LessonCheck } from "./lesson-check.ts";
import { TimeRecorder } from "./time-recorder.ts";
import { Tray } from "./tray.ts";
import { ValueJudge } from "./value-judge.ts";
import { VariableList } from "./variable-list.ts";

// The sandbox's thread: holds the interpreter and the graph of operations, no numbers of tensors, no files, no store.
const { control, interpreter: module, seed, threads } = workerData as SandboxData;
if (parentPort === null) throw new TypeError("the sandbox is a thread of the lab");
const port = parentPort;
const line = new MainLine(port, control);
const sources = new CellSources();
const keys = new RandomKeys(seed);
const outputs = new CellOutputs((output) => line.tell({ kind: "output", output }));
const ledger = new TensorLedger(line, () => void interpreter.call("makeGarbage"));
const timer = new TimeRecorder(ledger, line, threads);
const checker = new CheckRecorder(ledger, line, seed);
/** The last error of the lab that a cell saw, and where the operation was recorded that it is about. */
let lastError: { readonly message: string; readonly at: SourceLine | null } | null = null;
const variables = new VariableList();
const common = {
  ledger,
  sources,
  outputs,
  line,
  timer,
  checker,
  formulas: new FormulaWriter(outputs),
  judge: new ValueJudge(ledger),
  tray: new Tray(ledger),
  variables,
};
/** The check that is running beside the cells. */
let lessonCheck: LessonCheck | null = null;
const interpreter = await Interpreter.start(
  module,
  hostFunctions({
    ...common,
    keys,
    cross: (message) => {
      if (lessonCheck === null) throw new TypeError("no check is running");
      return lessonCheck.enter(message);
    },
  }),
  {
    hold: (object) => ledger.live.hold(object),
    drop: (object) => ledger.drop(object),
    knows: (object) => ledger.live.holds(object),
    describe: (error) => {
      const described = describeError(error);
      lastError = { message: described.message, at: recordedAt(error) };
      return described;
    },
  },
  () => line.stopped,
);

/** Where the operation was recorded that a thrown error of the lab is about. */
const recordedPlace = ({ message }: { readonly message: string }): SourceLine | null =>
  lastError?.message === message ? lastError.at : null;

/** What cells can call; nothing where a cell has broken the functions that tell it. */
function knownNames(): KnownNames {
  const told = interpreter.callText("knownNames", "");
  const parsed = v.safeParse(knownNamesSchema, "text" in told ? told.text : "");
  return parsed.success ? parsed.output : { globals: [], members: [] };
}

/** Runs a cell to its end, what it left to compute included. */
function run({ id, source }: CellSource): CellError | null {
  try {
    const prepared = prepareCell(source);
    interpreter.call("forgetRandom");
    const thrown = interpreter.run(prepared.code, sources.add(id, prepared), prepared.shownAt !== null);
    if (thrown !== null) {
      const shown = prepared.shownAt === null ? null : { cell: id, ...prepared.shownAt };
      const otherwise = recordedPlace(thrown) ?? shown;
      return failureOf(thrown, sources, { stopped: line.stopped, otherwise, names: knownNames });
    }
    // What was interrupted among promises throws nothing.
    if (line.stopped) return failureOutside(null, id, true);
    ledger.finish();
    return checker.failure();
  } catch (error) {
    return failureOutside(error, id, line.stopped);
  }
}

/** Runs a lesson's check to its end in a world of its own, which goes with it. */
function check(source: CheckSource): CellError | null {
  const own = new RandomKeys(seed);
  own.beginCell(source.id);
  try {
    lessonCheck = new LessonCheck(interpreter, sources, (cross) =>
      hostFunctions({ ...common, keys: own, cross }),
    );
    const thrown = lessonCheck.run(source);
    if (thrown !== null)
      return failureOf(thrown, sources, {
        stopped: line.stopped,
        otherwise: recordedPlace(thrown),
        names: knownNames,
      });
    if (line.stopped) return failureOutside(null, source.id, true);
    ledger.finish();
    return checker.failure();
  } catch (error) {
    return failureOutside(error, source.id, line.stopped);
  } finally {
    common.tray.clear();
    lessonCheck?.close();
    lessonCheck = null;
  }
}

function answer(id: string, work: () => CellError | null): void {
  outputs.reset();
  keys.beginCell(id);
  checker.beginCell();
  const [operations, flushes] = [ledger.operations, ledger.flushes];
  const error = work();
  if (error !== null) ledger.abandon();
  try {
    ledger.release();
  } catch {
    // What could not be freed now is freed with the next cell.
  }
  const end = {
    error,
    operations: ledger.operations - operations,
    flushes: ledger.flushes - flushes,
    tensors: ledger.live.count,
    tensorBytes: ledger.heldBytes,
    left: variables.after(() => interpreter.inspect()),
  };
  port.postMessage({ kind: "ended", end } satisfies FromSandbox);
}

port.on("message", (message: ToSandbox) => {
  if (message.kind === "cell") answer(message.cell.id, () => run(message.cell));
  if (message.kind === "lessonCheck") answer(message.check.id, () => check(message.check));
});
line.tell({ kind: "ready" });
