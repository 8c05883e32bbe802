import * as v from "valibot";
import { counted } from "../../core/counted.ts";
import { DataFormatError } from "../../core/errors.ts";
import { isCellId, newCellId } from "./cell-ids.ts";
import {
  DEFAULT_HEADER,
  DOCUMENT_MAX_BYTES,
  type DocumentCell,
  type JsonObject,
  type JsonValue,
  type LabDocument,
} from "./lab-document.ts";

/** What stands under a cell in a .ipynb: text always, a picture or the lab's own data where there is some. */
export interface NotebookOutput {
  readonly text: string;
  /** A drawing of the lab's own; null of other programs' outputs, whose SVG is never read. */
  readonly svg: string | null;
  /** A PNG picture as base64. */
  readonly png: string | null;
  /** The output as the lab knows it; null of other programs' outputs. */
  readonly data: JsonValue;
}

export interface ImportedNotebook {
  readonly document: LabDocument;
  /** By cell id; of other programs only text and PNG, never HTML, SVG or JavaScript. */
  readonly outputs: ReadonlyMap<string, readonly NotebookOutput[]>;
  /** What was left out or changed, in words. */
  readonly notices: readonly string[];
}

/** The MIME type under which outputs keep the lab's own form. */
export const LAB_MIME = "application/vnd.backprop-lab+json";
const SVG_MIME = "image/svg+xml";
/** Where the lab's own fields lie in a cell's and a notebook's metadata. */
const LAB_KEY = "backprop_lab";
const NATIVE_LANGUAGE = "typescript";
const OWN_KERNEL = {
  kernelspec: { name: "backprop-lab", display_name: "Backprop Lab", language: NATIVE_LANGUAGE },
  language_info: { name: NATIVE_LANGUAGE, file_extension: ".ts", mimetype: "text/typescript" },
};

const jsonObject = v.record(v.string(), v.unknown());
const textSchema = v.union([v.string(), v.array(v.string())]);
const outputSchema = v.looseObject({
  output_type: v.string(),
  text: v.optional(textSchema),
  data: v.optional(jsonObject),
  ename: v.optional(v.string()),
  evalue: v.optional(v.string()),
});
const cellSchema = v.looseObject({
  cell_type: v.string(),
  id: v.optional(v.string()),
  source: textSchema,
  metadata: v.optional(jsonObject, {}),
  outputs: v.optional(v.array(outputSchema), []),
});
const notebookSchema = v.looseObject({
  nbformat: v.number(),
  metadata: v.optional(jsonObject, {}),
  cells: v.array(cellSchema),
});

type IpynbCell = v.InferOutput<typeof cellSchema>;
type IpynbOutput = v.InferOutput<typeof outputSchema>;

const joined = (text: string | readonly string[] | undefined): string =>
  text === undefined ? "" : typeof text === "string" ? text : text.join("");

const mimeText = (value: unknown): string => {
  const parsed = v.safeParse(textSchema, value);
  return parsed.success ? joined(parsed.output) : "";
};

/** Splits as nbformat does: lines that keep their newline, so that the file compares by line. */
const split = (text: string): string[] => (text === "" ? [] : text.split(/(?<=\n)/));

/** What JSON.parse gave, which holds nothing but JSON. */
const asJson = (value: unknown): JsonValue => value as JsonValue;

function readOutput(output: IpynbOutput): { read: NotebookOutput | null; left: readonly string[] } {
  if (output.output_type === "stream")
    return { read: { text: joined(output.text), svg: null, png: null, data: null }, left: [] };
  if (output.output_type === "error") {
    return {
      read: { text: `${output.ename ?? "Error"}: ${output.evalue ?? ""}`, svg: null, png: null, data: null },
      left: [],
    };
  }
  const data = output.data ?? {};
  const text = mimeText(data["text/plain"]);
  const png = mimeText(data["image/png"]).replaceAll(/\s/g, "");
  const own = asJson(data[LAB_MIME] ?? null);
  // Drawn anew of what the lab kept of it; another's is named as left out.
  const known = ["text/plain", "image/png", LAB_MIME, ...(own === null ? [] : [SVG_MIME])];
  const left = Object.keys(data).filter((mime) => !known.includes(mime));
  const isPng = /^[A-Za-z0-9+/]+=*$/.test(png) && png.startsWith("iVBORw0KGgo");
  if (text === "" && !isPng && own === null) return { read: null, left };
  return { read: { text, svg: null, png: isPng ? png : null, data: own }, left };
}

const isNative = (metadata: JsonObject): boolean =>
  !("kernelspec" in metadata) && !("language_info" in metadata);

function languageOf(metadata: Readonly<Record<string, unknown>>): string {
  for (const [key, field] of [
    ["kernelspec", "language"],
    ["language_info", "name"],
  ] as const) {
    const info = v.safeParse(jsonObject, metadata[key]);
    const language = info.success ? info.output[field] : undefined;
    if (typeof language === "string") return language.toLowerCase();
  }
  return "python";
}

function readCell(cell: IpynbCell, language: string, id: string): DocumentCell {
  const { [LAB_KEY]: own, ...foreign } = cell.metadata;
  const lab = v.safeParse(
    v.looseObject({ marker: v.optional(v.string()), attributes: v.optional(jsonObject) }),
    own,
  );
  const attributes = asJson((lab.success ? lab.output.attributes : undefined) ?? {}) as JsonObject;
  const marker = lab.success ? lab.output.marker : undefined;
  const metadata = Object.keys(foreign).length === 0 ? null : (asJson(foreign) as JsonObject);
  const common = { id, source: joined(cell.source), metadata };
  if (cell.cell_type === "markdown") return { ...common, kind: "md", marker: "md", attributes };
  if (cell.cell_type === "code" && (language === NATIVE_LANGUAGE || marker !== undefined)) {
    const kind =
      marker === "exercise" ? "exercise" : marker === undefined || marker === "code" ? "code" : "unknown";
    return { ...common, kind, marker: marker ?? "code", attributes };
  }
  const known = cell.cell_type === "code" ? language : cell.cell_type;
  return { ...common, kind: "locked", marker: "locked", attributes: { language: known, ...attributes } };
}

/**
 * Reads a Jupyter notebook of nbformat 4. Markdown and TypeScript become cells; cells of other languages stay as
 * locked text and are given back unchanged.
 *
 * @throws {DataFormatError} If it is no JSON, no notebook, too large, or of another nbformat.
 */
export function readIpynb(file: string, text: string): ImportedNotebook {
  if (text.length > DOCUMENT_MAX_BYTES) {
    throw new DataFormatError(
      file,
      { place: "its size" },
      `at most ${DOCUMENT_MAX_BYTES / 1e6} MB`,
      `${(text.length / 1e6).toFixed(1)} MB; clear its outputs in Jupyter and save it again`,
    );
  }
  let json: unknown;
  try {
    json = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (cause) {
    throw new DataFormatError(file, { place: "as JSON" }, "a Jupyter notebook", (cause as Error).message);
  }
  const version = v.safeParse(v.looseObject({ nbformat: v.number() }), json);
  if (version.success && version.output.nbformat !== 4) {
    throw new DataFormatError(
      file,
      { place: "nbformat" },
      "4",
      `${version.output.nbformat}; open it in Jupyter and save it again (or: jupyter nbconvert --to notebook FILE)`,
    );
  }
  const parsed = v.safeParse(notebookSchema, json);
  if (!parsed.success) {
    const [issue] = parsed.issues;
    throw new DataFormatError(
      file,
      { place: v.getDotPath(issue) ?? "the notebook" },
      "a Jupyter notebook",
      issue.message,
    );
  }
  const { cells, metadata } = parsed.output;
  const language = languageOf(metadata);
  const { [LAB_KEY]: own, kernelspec, language_info, ...foreign } = metadata;
  const notices: string[] = [];
  const taken = new Set(cells.map(({ id }) => id ?? ""));
  const used = new Set<string>();
  const outputs = new Map<string, NotebookOutput[]>();
  const left = new Set<string>();
  const read = cells.map((cell, index): DocumentCell => {
    let id = cell.id ?? "";
    if (!isCellId(id) || used.has(id))
      id = newCellId(new Set([...taken, ...used]), `${index}${joined(cell.source)}`);
    used.add(id);
    for (const output of cell.outputs) {
      const { read: shown, left: mimes } = readOutput(output);
      if (shown !== null) outputs.set(id, [...(outputs.get(id) ?? []), shown]);
      for (const mime of mimes) left.add(mime);
    }
    return readCell(cell, language, id);
  });
  if (language !== NATIVE_LANGUAGE) {
    const count = read.filter(({ kind }) => kind === "locked").length;
    notices.push(
      `The notebook's language is ${language}: ${counted(count, "cell")} shown as locked text, kept and not run; write anew in TypeScript beside what you need.`,
    );
  }
  if (left.size > 0) {
    notices.push(
      `Outputs of these kinds are not shown, only text and PNG are: ${[...left].sort().join(", ")}.`,
    );
  }
  const rest = { ...foreign, ...(language === NATIVE_LANGUAGE ? {} : { kernelspec, language_info }) };
  const kept = Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined));
  return {
    document: {
      header: readHeader(own, file),
      cells: read,
      metadata: Object.keys(kept).length === 0 ? null : (asJson(kept) as JsonObject),
    },
    outputs,
    notices,
  };
}

function readHeader(own: unknown, file: string): LabDocument["header"] {
  const schema = v.object({
    title: v.optional(v.string(), DEFAULT_HEADER.title),
    seed: v.optional(
      v.pipe(v.number(), v.integer(), v.minValue(0), v.maxValue(0xffffffff)),
      DEFAULT_HEADER.seed,
    ),
    threads: v.optional(
      v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(64)),
      DEFAULT_HEADER.threads,
    ),
    rows: v.optional(v.pipe(v.number(), v.integer(), v.minValue(1), v.maxValue(50_000)), DEFAULT_HEADER.rows),
    judge: v.optional(v.nullable(v.string()), DEFAULT_HEADER.judge),
    lesson: v.optional(v.nullable(v.string()), DEFAULT_HEADER.lesson),
    unknown: v.optional(v.record(v.string(), v.string()), {}),
  });
  const parsed = v.safeParse(schema, own);
  if (parsed.success) return parsed.output;
  const name = file.split(/[/\\]/).at(-1) ?? file;
  return { ...DEFAULT_HEADER, title: name.replace(/\.ipynb$/i, "") };
}

function outputJson({ text, svg, png, data }: NotebookOutput): unknown {
  return {
    output_type: "display_data",
    metadata: {},
    data: {
      "text/plain": split(text),
      ...(svg === null ? {} : { [SVG_MIME]: split(svg) }),
      ...(png === null ? {} : { "image/png": png }),
      ...(data === null ? {} : { [LAB_MIME]: data }),
    },
  };
}

function cellJson(cell: DocumentCell, outputs: readonly NotebookOutput[], foreignKernel: boolean): unknown {
  const { kind, id, marker, source } = cell;
  // Among cells of another language the lab's own ones say that they are its own.
  const marked = kind === "exercise" || kind === "unknown" || (kind === "code" && foreignKernel);
  const { language, ...attributes } = cell.attributes;
  const kept = kind === "locked" ? attributes : cell.attributes;
  const own = {
    ...(marked ? { marker } : {}),
    ...(Object.keys(kept).length === 0 ? {} : { attributes: kept }),
  };
  const metadata = { ...cell.metadata, ...(Object.keys(own).length === 0 ? {} : { [LAB_KEY]: own }) };
  const type = kind === "md" ? "markdown" : kind === "locked" && language === "raw" ? "raw" : "code";
  return {
    cell_type: type,
    id,
    metadata,
    source: split(source),
    ...(type === "code" ? { execution_count: null, outputs: outputs.map(outputJson) } : {}),
  };
}

/** A document as Jupyter notebook, nbformat 4.5, cell ids kept. */
export function writeIpynb(
  { header, cells, metadata }: LabDocument,
  outputs: ReadonlyMap<string, readonly NotebookOutput[]> = new Map(),
): string {
  const foreign = metadata ?? {};
  const notebook = {
    cells: cells.map((cell) => cellJson(cell, outputs.get(cell.id) ?? [], !isNative(foreign))),
    metadata: {
      ...(isNative(foreign) ? OWN_KERNEL : {}),
      ...foreign,
      [LAB_KEY]: header,
    },
    nbformat: 4,
    nbformat_minor: 5,
  };
  return `${JSON.stringify(notebook, null, 1)}\n`;
}
