import type { DocumentCell, JsonValue, LabDocument } from "./lab-document.ts";

/** What an exercise cell holds beside the code that the student changes. */
export interface Exercise {
  /** The cell's id. */
  readonly id: string;
  /** What the student is to define; lessons, files of students and progress know an exercise by it. */
  readonly name: string;
  readonly title: string;
  /** Markdown: what to think of, the formula, nearly the code. */
  readonly hints: readonly string[];
  /** TypeScript that throws unless the exercise is solved; null where there is none. */
  readonly check: string | null;
  /** Null where it was taken out. */
  readonly solution: string | null;
}

/** Sections that may follow an exercise's code in its file. */
export type ExercisePart = "hint" | "check" | "solution";

const PARTS: readonly ExercisePart[] = ["hint", "check", "solution"];

export const isTexts = (value: JsonValue | undefined): value is readonly string[] =>
  Array.isArray(value) && value.every((item) => typeof item === "string");

const textOf = (value: JsonValue | undefined): string | null => (typeof value === "string" ? value : null);

/** Id of the check of an exercise's cell, as places in its text are called. */
export const checkId = (cell: string): string => `${cell}/check`;
export const isCheck = (id: string): boolean => id.endsWith("/check");

/** The exercise of a cell; null where the cell is none. */
export function exerciseOf({ kind, id, attributes }: DocumentCell): Exercise | null {
  if (kind !== "exercise") return null;
  const { hints, name, title } = attributes;
  const known = textOf(name) ?? "";
  return {
    id,
    name: known === "" ? id : known,
    title: textOf(title) ?? (known === "" ? id : known),
    hints: isTexts(hints) ? hints : typeof hints === "string" && hints !== "" ? [hints] : [],
    check: textOf(attributes["check"]),
    solution: textOf(attributes["solution"]),
  };
}

export const exercisesOf = ({ cells }: LabDocument): readonly Exercise[] =>
  cells.flatMap((cell) => exerciseOf(cell) ?? []);

/** The exercise that a name, a title or a cell's id means; null where the document has none. */
export function findExercise(document: LabDocument, name: string): Exercise | null {
  const all = exercisesOf(document);
  return all.find((one) => one.name === name) ?? all.find(({ id }) => id === name) ?? null;
}

/** The key under which progress in a document is kept: the lesson that it was made from, or its title. */
export const lessonKey = ({ header }: LabDocument): string => header.lesson ?? header.title;

/** The document as it is handed out: checks and hints stay, solutions go. */
export function withoutSolutions(document: LabDocument): LabDocument {
  const cells = document.cells.map((cell) => {
    if (cell.kind !== "exercise") return cell;
    const { solution: _hidden, ...attributes } = cell.attributes;
    return { ...cell, attributes };
  });
  return { ...document, cells };
}

/** What students get: without solutions, and with the lesson's name, under which their progress is kept. */
export function handedOut(document: LabDocument): LabDocument {
  const { header } = document;
  return withoutSolutions({ ...document, header: { ...header, lesson: header.lesson ?? header.title } });
}

/** Whether its exercises are to be written, not solved: nobody has handed it out, or it holds solutions. */
export const isAuthored = (document: LabDocument): boolean =>
  document.header.lesson === null || exercisesOf(document).some(({ solution }) => solution !== null);

/** The document with each exercise's solution in the place of its starter. */
export function solved(document: LabDocument): LabDocument {
  const cells = document.cells.map((cell) => {
    const solution = exerciseOf(cell)?.solution ?? null;
    return solution === null ? cell : { ...cell, source: solution };
  });
  return { ...document, cells };
}

/** A section's word where an exercise may take it, for the reader of files; null for any other marker. */
export function partWord(word: string, attributes: Readonly<Record<string, JsonValue>>): ExercisePart | null {
  const part = PARTS.find((one) => one === word) ?? null;
  if (part === "hint") {
    const { hints } = attributes;
    return hints === undefined || isTexts(hints) ? part : null;
  }
  return part !== null && attributes[part] === undefined ? part : null;
}

/** Adds a section to an exercise's attributes. */
export function withPart(
  attributes: Readonly<Record<string, JsonValue>>,
  part: ExercisePart,
  text: string,
): Record<string, JsonValue> {
  if (part !== "hint") return { ...attributes, [part]: text };
  const { hints } = attributes;
  return { ...attributes, hints: [...(isTexts(hints) ? hints : []), text] };
}

/** What of an exercise's attributes stands in sections, in their order, and what stays on its marker line. */
export function splitParts(attributes: Readonly<Record<string, JsonValue>>): {
  readonly parts: readonly { readonly part: ExercisePart; readonly text: string }[];
  readonly others: Readonly<Record<string, JsonValue>>;
} {
  const { hints, check, solution, ...others } = attributes;
  const sections = isTexts(hints) && hints.length > 0 ? hints : null;
  const parts = [
    ...(sections ?? []).map((text) => ({ part: "hint" as const, text })),
    ...(typeof check === "string" ? [{ part: "check" as const, text: check }] : []),
    ...(typeof solution === "string" ? [{ part: "solution" as const, text: solution }] : []),
  ];
  const inline = Object.entries({ hints, check, solution }).filter(
    ([key, value]) =>
      value !== undefined && !(key === "hints" ? sections !== null : typeof value === "string"),
  );
  return { parts, others: { ...others, ...Object.fromEntries(inline as [string, JsonValue][]) } };
}
