import type { CellError } from "../../../shared/live/cell-result.ts";
import type { CheckReport } from "../../../shared/live/check-report.ts";
import type { CellOutput } from "../../../shared/live/cell-output.ts";
import type { ExerciseResult } from "../../../shared/experiments/lessons.ts";

type Said = Pick<ExerciseResult, "reason" | "diagnosis">;

/** Longest text of a student's error that is passed on. */
const LONGEST = 2_000;

/** What a failed gradient check says in a sentence a gradient, and the mistakes that explain it. */
function ofReport({ gradients, notes }: CheckReport): Said {
  const wrong = gradients.filter(({ verdict }) => verdict !== "right");
  const reasons = wrong.map(({ name, verdict, reason }) =>
    verdict === "missing" ? `${name}.g was never set` : `${name}.g is ${verdict}: ${reason}`,
  );
  const diagnosis = wrong.flatMap(({ name, place, explanations }) =>
    explanations.map((one) => ({ text: `${name}.g ${one.text}`, place: one.place ?? place })),
  );
  const others = wrong
    .filter(({ explanations }) => explanations.length === 0)
    .map(({ name, place, reason, verdict }) => ({
      text: verdict === "missing" ? `${name}.g was never set` : `${name}.g is wrong: ${reason}`,
      place,
    }));
  return {
    reason: [...reasons, ...(wrong.length === 0 ? notes : [])].join("; ").slice(0, LONGEST),
    diagnosis: [...diagnosis, ...others],
  };
}

/** What JavaScript's own words mean here. */
const MEANINGS: readonly (readonly [RegExp, string])[] = [
  [
    /cannot (?:read|set) property '.*' of null|expected a tensor.*, got null/,
    "Something is null here: .g is null until a gradient was set. Does the step nearer to the loss run first, and does it set .g?",
  ],
  [
    /'Symbol\.iterator' of undefined|undefined is not iterable/,
    "A list is expected here, and there is nothing: does every function return what it makes?",
  ],
  [
    /cannot (?:read|set) property '.*' of undefined|expected a tensor.*, got undefined/,
    "Something is undefined here: was it kept (this.x = …, this.out = …), is it handed on as an argument, and does every function return what it makes?",
  ],
  [/^stopped after/, "It was still running: does every loop end?"],
  [
    /not a function/,
    "What is called at this place does not exist under this name. The editor marks it; Ctrl+Space lists what there is.",
  ],
];

/** Why an exercise is not solved, in words for its student. */
export function explainResult(error: CellError | null, outputs: readonly CellOutput[]): Said {
  if (error === null) return { reason: "", diagnosis: [] };
  const failed = outputs.flatMap((output) =>
    output.kind === "check" && !output.report.passed ? [output.report] : [],
  );
  const said = failed.map(ofReport);
  if (error.kind === "check" && failed.length > 0) {
    return {
      reason: said.map(({ reason }) => reason).join("; "),
      diagnosis: said.flatMap(({ diagnosis }) => diagnosis),
    };
  }
  const [frame] = error.frames;
  const place = frame === undefined ? null : { cell: frame.cell, line: frame.line, column: frame.column };
  const named = error.kind === "assertion" || error.kind === "stopped" ? "" : `${error.name}: `;
  // What became of the variables is of no interest here: the check's sandbox goes.
  const message = error.kind === "stopped" ? error.message.split(";", 1).join("") : error.message;
  const text = `${named}${message}`.slice(0, LONGEST);
  const meant = MEANINGS.filter(([words]) => words.test(error.message))
    .slice(0, 1)
    .map(([, meaning]) => meaning);
  const own = [text, ...meant].map((words) => ({ text: words, place }));
  return { reason: text, diagnosis: [...said.flatMap(({ diagnosis }) => diagnosis), ...own] };
}
