import { splitParts, type ExercisePart } from "./exercise.ts";
import {
  DOCUMENT_VERSION,
  isCommented,
  type DocumentCell,
  type JsonValue,
  type LabDocument,
} from "./lab-document.ts";

const MARKER_LIKE = /^\/\/ (\\*%%.*)$/;
const BARE = /^[^\s"[\]{}]+$/;

const escapeLine = (line: string): string => line.replace(MARKER_LIKE, "// \\$1");

/** A field of the first line must not hold what separates fields. */
const oneLine = (text: string): string => text.replaceAll(/\s*[\r\n]\s*/g, " ").replaceAll(" · ", " – ");

const attribute = ([key, value]: readonly [string, JsonValue]): string => {
  const text = JSON.stringify(value);
  if (typeof value !== "string") return `${key}=${text}`;
  if (key === "rest") return value;
  return `${key}=${BARE.test(value) ? value : text}`;
};

const linesOf = (text: string): readonly string[] => (text === "" ? [] : text.split("\n"));
const commented = (lines: readonly string[]): readonly string[] =>
  lines.map((line) => (line === "" ? "//" : `// ${line}`));

/** A hint is text; code stands in a block, so that what it declares is not declared twice in the file. */
const partLines = ({ part, text }: { readonly part: ExercisePart; readonly text: string }): string[] => [
  `// %% ${part}`,
  ...(part === "hint" ? commented(linesOf(text)) : ["{", ...linesOf(text), "}"]).map(escapeLine),
];

function cellLines(cell: DocumentCell): string[] {
  const { parts, others } =
    cell.kind === "exercise" ? splitParts(cell.attributes) : { parts: [], others: cell.attributes };
  const attributes = Object.entries({ id: cell.id, ...others }).map(attribute);
  const text = linesOf(cell.source);
  return [
    [`// %% ${cell.marker}`, ...attributes].join(" "),
    ...(isCommented(cell.kind) ? commented(text) : text).map(escapeLine),
    ...parts.flatMap(partLines),
    ...(cell.metadata === null ? [] : [`// %% metadata ${JSON.stringify(cell.metadata)}`]),
  ];
}

/** A document as the text of its `.lab.ts` file; `readLabDocument` gives back the same document. */
export function writeLabDocument(document: LabDocument, lineEnding: "\n" | "\r\n" = "\n"): string {
  const { title, seed, threads, rows, judge, lesson, unknown } = document.header;
  const fields = Object.entries({
    title,
    seed,
    threads,
    rows,
    ...(judge === null ? {} : { judge }),
    ...(lesson === null ? {} : { lesson }),
    ...unknown,
  }).map(([key, value]) => (value === "" ? key : `${key}: ${oneLine(String(value))}`));
  return [
    [`// lab notebook ${DOCUMENT_VERSION}`, ...fields].join(" · "),
    ...(document.metadata === null ? [] : [`// %% metadata ${JSON.stringify(document.metadata)}`]),
    ...document.cells.flatMap(cellLines),
    "",
  ].join(lineEnding);
}
