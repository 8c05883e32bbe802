import * as v from "valibot";
import { messageOf } from "../../core/thrown.ts";
import { issueWords } from "../../shared/ipc/issue-words.ts";
import {
  sweepSpecSchema,
  withChoice,
  type SweepChoice,
  type SweepSpec,
} from "../../shared/specs/sweep-spec.ts";
import { trainSpecSchema, type TrainSpec } from "../../shared/specs/train-spec.ts";
import { parseChoices, type SweepChoices } from "./sweep-choices.ts";

/** One value of the spec that a sweep chooses, as it is typed. */
export interface Axis {
  readonly path: string;
  readonly choices: string;
}

/** What is wrong with an axis, in words to stand beside its fields; null where nothing is. */
export interface AxisProblem {
  readonly path: string | null;
  readonly choices: string | null;
}

/** Values of an axis that are tried as it is typed; the rest is checked when the sweep begins. */
const MOST_TRIED = 50;
/** Texts longer than this are code, not names. */
const LONGEST_NAME = 40;

const SOUND: AxisProblem = { path: null, choices: null };
const wrongPath = (path: string): AxisProblem => ({ path, choices: null });
const wrongChoices = (choices: string): AxisProblem => ({ path: null, choices });

/** The axes that count, by their names; one without a name or without choices is left out. */
export function valuesOf(axes: readonly Axis[]): Readonly<Record<string, SweepChoices>> {
  return Object.fromEntries(
    axes
      .map(({ path, choices }) => [path.trim(), parseChoices(choices)] as const)
      .filter(([path, choices]) => path !== "" && (!Array.isArray(choices) || choices.length > 0)),
  );
}

/** What is wrong with each axis by itself, or beside the first choices of the others. */
export function checkAxes(
  axes: readonly Axis[],
  { base, kind }: { readonly base: TrainSpec; readonly kind: SweepSpec["kind"] },
): readonly AxisProblem[] {
  const paths = axes.map(({ path }) => path.trim());
  return axes.map((axis, index) => {
    const path = paths[index] ?? "";
    if (path === "") return axis.choices.trim() === "" ? SOUND : wrongPath("needs a name");
    if (paths.indexOf(path) < index) return wrongPath("is named above already");
    const others = valuesOf(axes.filter((_axis, other) => paths[other] !== path));
    return checkAxis({ path, choices: parseChoices(axis.choices) }, { base, kind, others });
  });
}

interface Beside {
  readonly base: TrainSpec;
  readonly kind: SweepSpec["kind"];
  readonly others: Readonly<Record<string, SweepChoices>>;
}

function checkAxis(
  { path, choices }: { readonly path: string; readonly choices: SweepChoices },
  { base, kind, others }: Beside,
): AxisProblem {
  if (!Array.isArray(choices)) {
    if (kind === "grid") return wrongChoices("a range needs the random sample");
    const problem = problemOfRange(path, choices);
    if (problem !== null) return wrongChoices(problem);
  }
  const tried = triedOf(choices);
  if (tried.length === 0) {
    // Before there are choices only the name can be wrong.
    const { path: wrong } = problemOf(base, { [path]: null }, path) ?? SOUND;
    return wrong === null ? SOUND : wrongPath(wrong);
  }
  const first = Object.fromEntries(
    Object.entries(others).map(([name, options]) => [name, triedOf(options)[0] ?? null]),
  );
  for (const value of tried) {
    const alone = problemOf(base, { [path]: value }, path);
    // What does not fit by itself may fit what the other axes choose: Nesterov's way needs a momentum.
    if (
      alone !== null &&
      (alone.path !== null || problemOf(base, { ...first, [path]: value }, path) !== null)
    )
      return alone;
  }
  return SOUND;
}

/** Null where the spec takes the choice. */
function problemOf(base: TrainSpec, choice: SweepChoice, path: string): AxisProblem | null {
  try {
    const { issues } = withChoice(base, choice);
    if (issues === undefined) return null;
    const [issue] = issues;
    const at = v.getDotPath(issue);
    // The schema knows no such name.
    return issue.expected === "never" && at !== null && (path === at || path.startsWith(`${at}.`))
      ? wrongPath(`a training has no ${at}`)
      : wrongChoices(issueWords(issue));
  } catch (error) {
    return wrongPath(messageOf(error));
  }
}

/** The words of the sweep's own schema. */
function problemOfRange(path: string, range: SweepChoices): string | null {
  const sweep = { kind: "random", base: {}, count: 1, values: { [path]: range } };
  const checked = v.safeParse(sweepSpecSchema, sweep);
  return checked.success ? null : issueWords(checked.issues[0]);
}

/** Of a range its ends. */
function triedOf(choices: SweepChoices): readonly SweepChoice[string][] {
  if (Array.isArray(choices)) return choices.slice(0, MOST_TRIED);
  const { min, max, whole } = choices;
  return whole ? [Math.ceil(min), Math.floor(max)] : [min, max];
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === "object" && value !== null;

const isLeaf = (value: unknown): value is SweepChoice[string] =>
  value === null ||
  typeof value === "number" ||
  typeof value === "boolean" ||
  (typeof value === "string" && value.length <= LONGEST_NAME);

/** Names that a sweep of this spec may choose: what stands in it, and numbers that it could have. */
export function suggestedPaths(base: TrainSpec): readonly string[] {
  const { entries } = trainSpecSchema.pipe[0];
  const possible = Object.entries(entries).flatMap(([name, schema]) =>
    !(name in base) && v.is(schema, 0.5) ? [name] : [],
  );
  return [...leavesOf(base, []), ...possible];
}

function leavesOf(value: unknown, path: readonly string[]): readonly string[] {
  if (isLeaf(value)) return [path.join(".")];
  return isRecord(value)
    ? Object.entries(value).flatMap(([key, inner]) => leavesOf(inner, [...path, key]))
    : [];
}
