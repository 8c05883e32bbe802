import { DataFormatError } from "../../core/errors.ts";
import { isCellId, newCellId } from "./cell-ids.ts";
import { partWord, withPart, type ExercisePart } from "./exercise.ts";
import {
  DEFAULT_HEADER,
  DOCUMENT_MAX_BYTES,
  DOCUMENT_VERSION,
  isCommented,
  type CellKind,
  type DocumentCell,
  type DocumentHeader,
  type JsonObject,
  type JsonValue,
  type LabDocument,
} from "./lab-document.ts";

export interface ReadDocument {
  readonly document: LabDocument;
  /** What was odd and how it was read, in words, with its line. */
  readonly notices: readonly string[];
  /** How the file ends its lines; written back the same. */
  readonly lineEnding: "\n" | "\r\n";
}

const HEADER = /^\/\/ lab notebook (\d+)(?: · (.*))?$/;
const MARKER = /^\/\/ %%(?:\s+(.*))?$/;
/** A line of text that would read as a marker stands with one more backslash before its percent signs. */
const ESCAPED = /^\/\/ \\(\\*%%.*)$/;
const METADATA = "metadata";
const KINDS: readonly CellKind[] = ["md", "code", "exercise", "locked"];
const WHOLE_FIELDS = {
  seed: { from: 0, to: 0xffffffff },
  threads: { from: 1, to: 64 },
  rows: { from: 1, to: 50_000 },
} as const;

const isObject = (value: JsonValue): value is JsonObject =>
  typeof value === "object" && value !== null && !Array.isArray(value);

function readHeader(file: string, line: string, notices: string[]): DocumentHeader | null {
  const match = HEADER.exec(line);
  if (match === null) return null;
  const version = Number(match[1]);
  if (version > DOCUMENT_VERSION) {
    throw new DataFormatError(
      file,
      { place: "line 1" },
      `a notebook of version ${DOCUMENT_VERSION}`,
      `version ${version}: it was written by a newer Backprop Lab; update this one to open it`,
    );
  }
  const header = { ...DEFAULT_HEADER, unknown: {} as Record<string, string> };
  for (const field of (match[2] ?? "").split(" · ").filter((text) => text !== "")) {
    const colon = field.indexOf(": ");
    const [key, value] = colon < 0 ? [field, ""] : [field.slice(0, colon), field.slice(colon + 2)];
    if (key === "title") header.title = value;
    else if ((key === "judge" || key === "lesson") && value !== "") header[key] = value;
    else if (key === "seed" || key === "threads" || key === "rows") {
      const { from, to } = WHOLE_FIELDS[key];
      const number = Number(value);
      if (Number.isInteger(number) && number >= from && number <= to) header[key] = number;
      else {
        notices.push(
          `Line 1: ${key} is "${value}"; expected a whole number from ${from} to ${to}. ${header[key]} is used.`,
        );
      }
    } else header.unknown[key] = value;
  }
  return header;
}

/** The end of the JSON value that begins at `from`, or −1. */
function jsonEnd(text: string, from: number): number {
  let depth = 0;
  let quoted = false;
  for (let at = from; at < text.length; at++) {
    const char = text[at];
    if (quoted) {
      if (char === "\\") at++;
      else if (char === '"') quoted = false;
    } else if (char === '"') quoted = true;
    else if (char === "[" || char === "{") depth++;
    else if (char === "]" || char === "}") depth--;
    if (!quoted && depth === 0) return at + 1;
  }
  return -1;
}

/** Reads `key=value key="text" key=[…]`; what cannot be read is kept under `rest`. */
function readAttributes(text: string): Record<string, JsonValue> {
  const attributes: Record<string, JsonValue> = {};
  let at = 0;
  while (at < text.length) {
    const [before, key] = /^\s*([A-Za-z][\w-]*)=/.exec(text.slice(at)) ?? [];
    if (before === undefined || key === undefined) break;
    const start = at + before.length;
    const structured = /["[{]/.test(text.charAt(start));
    const end = structured ? jsonEnd(text, start) : start + text.slice(start).search(/\s|$/);
    if (end < 0) break;
    const raw = text.slice(start, end);
    try {
      attributes[key] = structured ? (JSON.parse(raw) as JsonValue) : raw;
    } catch {
      break;
    }
    at = end;
  }
  const rest = text.slice(at).trim();
  return rest === "" ? attributes : { ...attributes, rest };
}

const unescapeLine = (line: string): string => {
  const match = ESCAPED.exec(line);
  return match === null ? line : `// ${match[1]}`;
};

const uncomment = (line: string): string =>
  line.startsWith("// ") ? line.slice(3) : line.replace(/^\/\//, "");

interface OpenCell {
  readonly line: number;
  readonly marker: string;
  attributes: Record<string, JsonValue>;
  readonly lines: string[];
  /** Of an exercise: the section that lines go to now. */
  section: { readonly part: ExercisePart; readonly lines: string[] } | null;
  metadata: JsonObject | null;
}

const openCell = (line: number, marker: string, attributes: Record<string, JsonValue>): OpenCell => ({
  line,
  marker,
  attributes,
  lines: [],
  section: null,
  metadata: null,
});

/** The text of a section: a hint without its slashes, code without the block around it. */
function sectionText(part: ExercisePart, lines: readonly string[]): string {
  if (part === "hint") return lines.map(uncomment).join("\n");
  const block = lines.length >= 2 && lines[0] === "{" && lines.at(-1) === "}";
  return (block ? lines.slice(1, -1) : lines).join("\n");
}

/** The section has ended: it becomes one of the exercise's attributes. */
function closeSection(cell: OpenCell | undefined): void {
  if (!cell?.section) return;
  const { part, lines } = cell.section;
  cell.attributes = withPart(cell.attributes, part, sectionText(part, lines));
  cell.section = null;
}

function readMetadata(text: string, line: number, notices: string[]): JsonObject | null {
  try {
    const value = JSON.parse(text) as JsonValue;
    if (isObject(value)) return value;
  } catch {
    // Said below.
  }
  notices.push(`Line ${line}: the metadata is no JSON object and was left out: ${text.slice(0, 60)}`);
  return null;
}

/**
 * Reads a `.lab.ts` file. A file without a header is a notebook of one code cell.
 *
 * @throws {DataFormatError} If the file is larger than 10 MB, holds zero bytes (is no text), or is of a newer version.
 */
export function readLabDocument(file: string, text: string): ReadDocument {
  if (text.length > DOCUMENT_MAX_BYTES) {
    throw new DataFormatError(
      file,
      { place: "its size" },
      `at most ${DOCUMENT_MAX_BYTES / 1e6} MB of text`,
      `${(text.length / 1e6).toFixed(1)} MB; is it a notebook?`,
    );
  }
  const zero = text.indexOf("\0");
  if (zero >= 0) throw new DataFormatError(file, zero, "text", "a zero byte; this is no text file");
  const notices: string[] = [];
  const lineEnding = text.includes("\r\n") ? "\r\n" : "\n";
  const lines = text
    .replace(/^\uFEFF/, "")
    .replaceAll("\r\n", "\n")
    .split("\n");
  if (lines.at(-1) === "") lines.pop();
  const header = readHeader(file, lines[0] ?? "", notices);
  let metadata: JsonObject | null = null;
  const open: OpenCell[] = [];
  const first = header === null ? 0 : 1;
  for (let at = first; at < lines.length; at++) {
    const line = lines[at] ?? "";
    const marker = MARKER.exec(line);
    const cell = open.at(-1);
    if (marker === null) {
      if (cell !== undefined) (cell.section ?? cell).lines.push(unescapeLine(line));
      else if (line.trim() !== "") {
        const first = openCell(at + 1, "code", {});
        first.lines.push(line);
        open.push(first);
      }
      continue;
    }
    closeSection(cell);
    const [, word = "code", rest = ""] = /^(\S+)?\s*(.*)$/.exec(marker[1] ?? "") ?? [];
    if (word === METADATA) {
      const value = readMetadata(rest, at + 1, notices);
      if (cell === undefined) metadata = value;
      else cell.metadata = value;
      continue;
    }
    const part = cell?.marker === "exercise" && rest === "" ? partWord(word, cell.attributes) : null;
    if (cell !== undefined && part !== null) cell.section = { part, lines: [] };
    else open.push(openCell(at + 1, word, readAttributes(rest)));
  }
  closeSection(open.at(-1));
  const taken = new Set(
    open.map(({ attributes }) => attributes["id"]).filter((id) => typeof id === "string"),
  );
  const used = new Set<string>();
  const cells = open.map((cell): DocumentCell => {
    const { id: given, ...attributes } = cell.attributes;
    const kind = KINDS.find((name) => name === cell.marker) ?? "unknown";
    const raw = cell.lines.join("\n");
    const source = isCommented(kind) ? cell.lines.map(uncomment).join("\n") : raw;
    let id = typeof given === "string" ? given : "";
    if (!isCellId(id) || used.has(id)) {
      const fresh = newCellId(new Set([...taken, ...used]), `${cell.line}${raw}`);
      if (id !== "") {
        notices.push(
          used.has(id)
            ? `Line ${cell.line}: the cell's id "${id}" stands twice; this one is called ${fresh} from now on.`
            : `Line ${cell.line}: "${id.slice(0, 70)}" is no cell id (letters, digits, - and _, at most 64); it is called ${fresh}.`,
        );
      }
      id = fresh;
    }
    used.add(id);
    if (kind === "unknown") {
      notices.push(
        `Line ${cell.line}: cells of kind "${cell.marker}" are not known to this version; the cell is kept and not run.`,
      );
    }
    return { kind, id, marker: cell.marker, attributes, source, metadata: cell.metadata };
  });
  return { document: { header: header ?? DEFAULT_HEADER, cells, metadata }, notices, lineEnding };
}
