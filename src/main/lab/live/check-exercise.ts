import { createHash } from "node:crypto";
import type { LabDocument } from "../../../shared/documents/lab-document.ts";
import { checkId } from "../../../shared/documents/exercise.ts";
import { EMPTY_MEMORY, RunPlan, type PlannedCell } from "../../../shared/documents/run-plan.ts";
import type { CellOutput } from "../../../shared/live/cell-output.ts";
import type { CellError, CellResult } from "../../../shared/live/cell-result.ts";
import type { CellSource, CheckSource } from "../../../shared/live/live-settings.ts";
import { planCell, runnableCells } from "./plan-cells.ts";

/** A check of one exercise of a person's document. */
export interface ExerciseCheck {
  readonly document: LabDocument;
  /** Id of the exercise's cell, if the document still has it. */
  readonly id: string;
  /** What it is to define. */
  readonly name: string;
  /** The check's code, which need not be the document's own. */
  readonly check: string;
}

export interface ExerciseRun {
  /** Null where the exercise is solved. */
  readonly error: CellError | null;
  /** What the check has shown; what cells before it showed is left out. */
  readonly outputs: readonly CellOutput[];
  /** Cells that ran before the check, in order. */
  readonly ran: readonly string[];
  /** Of all code that the check went through: the same hash is the same answer. */
  readonly codeHash: string;
  readonly wallMs: number;
}

/** What runs cells and checks: a live kernel. */
export interface CheckRunner {
  runCell(cell: CellSource): Promise<CellResult>;
  runCheck(check: CheckSource): Promise<CellResult>;
}

/** Everything that its code may read: by itself, and by functions that it defines. */
const readBy = ({ names }: PlannedCell): readonly string[] => [
  ...(names?.uses ?? []),
  ...Object.values(names?.deferred ?? {}).flat(),
];

/** The cells and, where it belongs, the check: behind the last cell that defines what is asked for. */
function planned({ document, id, name, check }: ExerciseCheck) {
  const cells = runnableCells(document.cells);
  const plans = cells.map(planCell);
  const exercise = cells.findIndex((cell) => cell.id === id);
  const defining = plans.findLastIndex(({ names }) => names?.defines.includes(name) === true);
  const at = 1 + Math.max(exercise, defining);
  const own = {
    ...planCell({
      kind: "code",
      id: checkId(id),
      marker: "code",
      attributes: {},
      source: check,
      metadata: null,
    }),
  };
  const plan = new RunPlan([...plans.slice(0, at), own], EMPTY_MEMORY);
  const known = new Set(plans.slice(0, at).flatMap(({ names }) => names?.defines ?? []));
  const wanted = new Set(plan.before(own.id));
  const needed = cells.slice(0, at).filter((cell) => wanted.has(cell.id) || cell.id === id);
  const hashes = [...plans.slice(0, at).filter((one) => needed.some((cell) => cell.id === one.id)), own];
  return {
    own,
    needed,
    at,
    unreadable: cells.find((cell, i) => cell.id === id && plans[i]?.names === null),
    missing: readBy(own).includes(name) && defining < 0,
    names: readBy(own).filter((one) => known.has(one)),
    codeHash: createHash("sha256")
      .update(hashes.map(({ codeHash }) => codeHash).join(" "))
      .digest("hex"),
  };
}

const errorOf = (kind: CellError["kind"], message: string): CellError => ({
  kind,
  name: kind === "stopped" ? "Stopped" : "ReferenceError",
  message,
  frames: [],
});

/** Runs what an exercise needs in a fresh kernel, then its check. Whether it is solved is decided by the check alone. */
export async function checkExercise(
  kernel: CheckRunner,
  exercise: ExerciseCheck,
  { stopped, limitMs }: { readonly stopped: () => boolean; readonly limitMs: number | null },
): Promise<ExerciseRun> {
  const { own, needed, at, missing, unreadable, names, codeHash } = planned(exercise);
  const began = performance.now();
  const ran: string[] = [];
  const ended = (error: CellError | null, outputs: readonly CellOutput[] = []): ExerciseRun => {
    return { error, outputs, ran, codeHash, wallMs: performance.now() - began };
  };
  if (missing || at === 0) {
    // Text that cannot be read defines nothing: its own error says why.
    const { error } = unreadable === undefined ? { error: null } : await kernel.runCell(unreadable);
    return ended(error ?? errorOf("runtime", `No cell defines ${exercise.name}.`));
  }
  for (const cell of needed) {
    const tooLong = limitMs !== null && performance.now() - began > limitMs;
    if (tooLong || stopped()) {
      const why = tooLong ? `after ${limitMs / 1000} s, the limit` : "before the check began";
      return ended(errorOf("stopped", `stopped ${why}`));
    }
    const { error } = await kernel.runCell({ id: cell.id, source: cell.source });
    ran.push(cell.id);
    // A failed check of the student's own says nothing of the exercise.
    if (error !== null && error.kind !== "check") return ended(error);
  }
  const { error, outputs } = await kernel.runCheck({ id: own.id, source: exercise.check, names });
  return ended(error, outputs);
}
