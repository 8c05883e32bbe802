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

function cellLines(cell: DocumentCell): string[] {
  const attributes = Object.entries({ id: cell.id, ...cell.attributes }).map(attribute);
  const text = cell.source === "" ? [] : cell.source.split("\n");
  const body = isCommented(cell.kind) ? text.map((line) => (line === "" ? "//" : `// ${line}`)) : text;
  return [
    [`// %% ${cell.marker}`, ...attributes].join(" "),
    ...body.map(escapeLine),
    ...(cell.metadata === null ? [] : [`// %% metadata ${JSON.stringify(cell.metadata)}`]),
  ];
}

/** A document as the text of its `.lab.ts` file; `readLabDocument` gives back the same document. */
export function writeLabDocument(document: LabDocument, lineEnding: "\n" | "\r\n" = "\n"): string {
  const { title, seed, threads, rows, judge, unknown } = document.header;
  const fields = Object.entries({
    title,
    seed,
    threads,
    rows,
    ...(judge === null ? {} : { judge }),
    ...unknown,
  }).map(([key, value]) => (value === "" ? key : `${key}: ${oneLine(String(value))}`));
  return [
    [`// lab notebook ${DOCUMENT_VERSION}`, ...fields].join(" · "),
    ...(document.metadata === null ? [] : [`// %% metadata ${JSON.stringify(document.metadata)}`]),
    ...document.cells.flatMap(cellLines),
    "",
  ].join(lineEnding);
}
