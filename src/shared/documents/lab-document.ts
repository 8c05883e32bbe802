/**
 * A notebook that a person writes, as its file holds it: text only, no outputs. `.lab.ts` is valid TypeScript with
 * one marker line a cell, so that it can be read, searched, compared and merged like any other source.
 */
export interface LabDocument {
  readonly header: DocumentHeader;
  readonly cells: readonly DocumentCell[];
  /** Of an imported .ipynb: what the lab does not know and gives back unchanged. */
  readonly metadata: JsonObject | null;
}

export interface DocumentHeader {
  readonly title: string;
  /** Seed of every draw of the notebook. */
  readonly seed: number;
  readonly threads: number;
  /** Rows of the training images that `data("mnist")` gives. */
  readonly rows: number;
  /** Whose numbers stand beside what its cells `show`: a name that core/judge knows, or null. */
  readonly judge: string | null;
  /** The lesson that it was made from: the bundled one's name, or what a teacher calls it; null for no lesson. */
  readonly lesson: string | null;
  /** Fields of the first line that this version does not know, kept as they are. */
  readonly unknown: Readonly<Record<string, string>>;
}

/**
 * `locked`: a cell of another language, shown and kept, never run. `unknown`: a marker of a later version, kept as it is.
 */
export type CellKind = "md" | "code" | "exercise" | "locked" | "unknown";

export interface DocumentCell {
  readonly kind: CellKind;
  /** Belongs to this file only; letters, digits, - and _, at most 64. */
  readonly id: string;
  /** The marker's word where the kind is `unknown`, else the kind. */
  readonly marker: string;
  /**
   * Everything else that the marker line says, in its order: title, name, language and whatever comes later; of an
   * exercise also `hints`, `check` and `solution`, see exercise.ts.
   */
  readonly attributes: Readonly<Record<string, JsonValue>>;
  readonly source: string;
  readonly metadata: JsonObject | null;
}

export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [key: string]: JsonValue };
export type JsonObject = Readonly<Record<string, JsonValue>>;

export const DOCUMENT_VERSION = 1;
export const DOCUMENT_EXTENSION = ".lab.ts";
/** Nobody writes more by hand; a larger file is some other file. */
export const DOCUMENT_MAX_BYTES = 10_000_000;

export const DEFAULT_HEADER: DocumentHeader = {
  title: "Untitled",
  seed: 42,
  threads: 2,
  rows: 50_000,
  judge: null,
  lesson: null,
  unknown: {},
};

/** Text that stands behind `// ` in the file, because TypeScript must not read it. */
export const isCommented = (kind: CellKind): boolean => kind === "md" || kind === "locked";

/** What a cell is called where it needs a name: its title, its name, or its id. */
export function cellLabel({ attributes, id }: DocumentCell): string {
  for (const key of ["title", "name"]) {
    const value = attributes[key];
    if (typeof value === "string" && value !== "") return value;
  }
  return id;
}
