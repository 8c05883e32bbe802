import { newCellId } from "../../../shared/documents/cell-ids.ts";
import type {
  CellKind,
  DocumentCell,
  DocumentHeader,
  JsonValue,
  LabDocument,
} from "../../../shared/documents/lab-document.ts";

/** Kinds of cells that a person can make. */
export type OwnKind = Extract<CellKind, "md" | "code" | "exercise">;

/** A document that is being written, with its one history. */
export interface NotebookEdit {
  readonly document: LabDocument;
  /** The chosen cell, which commands are for; null in a document without cells. */
  readonly chosen: string | null;
  readonly past: readonly Step[];
  readonly future: readonly Step[];
}

/** What can be come back to. */
interface Step {
  readonly document: LabDocument;
  readonly chosen: string | null;
  /** "typing in cell 3": what undoing takes back. */
  readonly what: string;
  /** Key strokes in one text without a pause are one step. */
  readonly typing: { readonly cell: string; readonly attribute?: string; readonly at: number } | null;
}

export type NotebookAction =
  | { readonly type: "opened"; readonly document: LabDocument }
  | { readonly type: "choose"; readonly cell: string | null }
  /** `at`: the window's clock in milliseconds. */
  | { readonly type: "typed"; readonly cell: string; readonly source: string; readonly at: number }
  | {
      readonly type: "insert";
      readonly place: number;
      readonly kind: OwnKind;
      /** Makes the new id. */
      readonly draw: string;
      readonly source?: string;
      readonly attributes?: Readonly<Record<string, JsonValue>>;
    }
  | { readonly type: "delete"; readonly cell: string }
  | { readonly type: "move"; readonly cell: string; readonly by: number }
  | { readonly type: "kind"; readonly cell: string; readonly kind: OwnKind }
  /** An undefined value takes the attribute away. With `at` it is typed: strokes without a pause are one step. */
  | {
      readonly type: "attribute";
      readonly cell: string;
      readonly name: string;
      readonly value: JsonValue | undefined;
      readonly at?: number;
    }
  | { readonly type: "split"; readonly cell: string; readonly offset: number; readonly draw: string }
  | { readonly type: "mergeBelow"; readonly cell: string }
  | { readonly type: "header"; readonly header: Partial<DocumentHeader> }
  /** New texts of several cells at once: a rename, a replacement everywhere. */
  | { readonly type: "sources"; readonly sources: ReadonlyMap<string, string>; readonly what: string }
  | { readonly type: "replaced"; readonly document: LabDocument; readonly what: string }
  /** The text was run or checked: undoing what is typed next leads back to exactly this text. */
  | { readonly type: "tried" }
  | { readonly type: "undo" }
  | { readonly type: "redo" };

/** Strokes that follow each other this fast are one step of the history. */
const PAUSE_MS = 800;
const MOST_STEPS = 1_000;

export const openNotebook = (document: LabDocument): NotebookEdit => ({
  document,
  chosen: document.cells[0]?.id ?? null,
  past: [],
  future: [],
});

/** The text stays; the marker follows the kind. */
const withKind = (cell: DocumentCell, kind: OwnKind): DocumentCell => ({ ...cell, kind, marker: kind });

/** Cells of other languages, and of later versions, are kept as they are. */
export const isWritable = ({ kind }: DocumentCell): boolean =>
  kind === "md" || kind === "code" || kind === "exercise";

const placeOf = ({ cells }: LabDocument, id: string): number => cells.findIndex((cell) => cell.id === id);

/** A number a person counts by, from 1. */
const numberOf = (document: LabDocument, id: string): number => placeOf(document, id) + 1;

const withCells = (document: LabDocument, cells: readonly DocumentCell[]): LabDocument => ({
  ...document,
  cells,
});

const changed = (
  document: LabDocument,
  id: string,
  change: (cell: DocumentCell) => DocumentCell,
): LabDocument =>
  withCells(
    document,
    document.cells.map((cell) => (cell.id === id ? change(cell) : cell)),
  );

/** A step that can be undone; a change that changes nothing is none. */
function stepped(
  before: NotebookEdit,
  document: LabDocument,
  { what, chosen = before.chosen }: { readonly what: string; readonly chosen?: string | null },
): NotebookEdit {
  if (document === before.document) return before;
  const step = { document: before.document, chosen: before.chosen, what, typing: null };
  return { document, chosen, past: [...before.past.slice(-MOST_STEPS + 1), step], future: [] };
}

function typed(before: NotebookEdit, cell: string, source: string, at: number): NotebookEdit {
  const old = before.document.cells.find(({ id }) => id === cell);
  if (old === undefined || old.source === source) return before;
  const document = changed(before.document, cell, (one) => ({ ...one, source }));
  return stroke(before, document, { cell, at }, `typing in cell ${numberOf(document, cell)}`);
}

/** A key stroke goes on with the step of the last one in the same text, unless there was a pause. */
function stroke(
  before: NotebookEdit,
  document: LabDocument,
  typing: NonNullable<Step["typing"]>,
  what: string,
): NotebookEdit {
  const last = before.past.at(-1);
  const goesOn =
    last?.typing?.cell === typing.cell &&
    last.typing.attribute === typing.attribute &&
    typing.at - last.typing.at < PAUSE_MS &&
    before.future.length === 0;
  const step = goesOn
    ? { ...last, typing }
    : { document: before.document, chosen: before.chosen, what, typing };
  const kept = goesOn ? before.past.slice(0, -1) : before.past.slice(-MOST_STEPS + 1);
  return { document, chosen: typing.cell, past: [...kept, step], future: [] };
}

function endStroke(before: NotebookEdit): NotebookEdit {
  const last = before.past.at(-1);
  if (!last?.typing) return before;
  return { ...before, past: [...before.past.slice(0, -1), { ...last, typing: null }] };
}

function insert(
  before: NotebookEdit,
  { place, kind, draw, source = "", attributes = {} }: Extract<NotebookAction, { type: "insert" }>,
): NotebookEdit {
  const { cells } = before.document;
  const id = newCellId(new Set(cells.map((cell) => cell.id)), draw);
  const cell: DocumentCell = { kind, id, marker: kind, attributes, source, metadata: null };
  return stepped(before, withCells(before.document, cells.toSpliced(place, 0, cell)), {
    what: `new cell ${place + 1}`,
    chosen: id,
  });
}

function remove(before: NotebookEdit, id: string): NotebookEdit {
  const at = placeOf(before.document, id);
  if (at < 0) return before;
  const cells = before.document.cells.toSpliced(at, 1);
  const chosen = cells[Math.min(at, cells.length - 1)]?.id ?? null;
  return stepped(before, withCells(before.document, cells), { what: `deleting cell ${at + 1}`, chosen });
}

function move(before: NotebookEdit, id: string, by: number): NotebookEdit {
  const { cells } = before.document;
  const from = placeOf(before.document, id);
  const cell = cells[from];
  const to = Math.max(0, Math.min(cells.length - 1, from + by));
  if (cell === undefined || to === from) return before;
  const moved = cells.toSpliced(from, 1).toSpliced(to, 0, cell);
  return stepped(before, withCells(before.document, moved), { what: `moving cell ${from + 1}`, chosen: id });
}

function split(before: NotebookEdit, id: string, offset: number, draw: string): NotebookEdit {
  const { cells } = before.document;
  const at = placeOf(before.document, id);
  const cell = cells[at];
  if (cell === undefined || !isWritable(cell)) return before;
  const above = { ...cell, source: cell.source.slice(0, offset).replace(/\n$/, "") };
  const below: DocumentCell = {
    ...cell,
    id: newCellId(new Set(cells.map((one) => one.id)), draw),
    attributes: {},
    metadata: null,
    source: cell.source.slice(offset).replace(/^\n/, ""),
  };
  return stepped(before, withCells(before.document, cells.toSpliced(at, 1, above, below)), {
    what: `splitting cell ${at + 1}`,
    chosen: below.id,
  });
}

function mergeBelow(before: NotebookEdit, id: string): NotebookEdit {
  const { cells } = before.document;
  const at = placeOf(before.document, id);
  const [cell, next] = [cells[at], cells[at + 1]];
  if (cell === undefined || next === undefined || !isWritable(cell) || next.kind !== cell.kind) return before;
  const source = [cell.source, next.source]
    .filter((text) => text !== "")
    .join(cell.kind === "md" ? "\n\n" : "\n");
  return stepped(before, withCells(before.document, cells.toSpliced(at, 2, { ...cell, source })), {
    what: `merging cells ${at + 1} and ${at + 2}`,
    chosen: id,
  });
}

function setAttribute(cell: DocumentCell, name: string, value: JsonValue | undefined): DocumentCell {
  const { [name]: _old, ...others } = cell.attributes;
  return { ...cell, attributes: value === undefined ? others : { ...cell.attributes, [name]: value } };
}

function undo({ document, chosen, past, future }: NotebookEdit): NotebookEdit | null {
  const step = past.at(-1);
  if (step === undefined) return null;
  const back = { document, chosen, what: step.what, typing: null };
  return { document: step.document, chosen: step.chosen, past: past.slice(0, -1), future: [...future, back] };
}

function redo({ document, chosen, past, future }: NotebookEdit): NotebookEdit | null {
  const step = future.at(-1);
  if (step === undefined) return null;
  const back = { document, chosen, what: step.what, typing: null };
  return { document: step.document, chosen: step.chosen, past: [...past, back], future: future.slice(0, -1) };
}

/** Everything that changes a document in the editor. What cannot be done leaves it as it is. */
export function editNotebook(before: NotebookEdit, action: NotebookAction): NotebookEdit {
  const { document } = before;
  const named = (id: string, verb: string) => ({
    what: `${verb} cell ${numberOf(document, id)}`,
    chosen: id,
  });
  switch (action.type) {
    case "opened":
      return openNotebook(action.document);
    case "choose":
      return action.cell === before.chosen ? before : { ...before, chosen: action.cell };
    case "typed":
      return typed(before, action.cell, action.source, action.at);
    case "insert":
      return insert(before, action);
    case "delete":
      return remove(before, action.cell);
    case "move":
      return move(before, action.cell, action.by);
    case "kind": {
      const cell = document.cells.find(({ id }) => id === action.cell);
      if (cell === undefined || cell.kind === action.kind || !isWritable(cell)) return before;
      const next = changed(document, action.cell, (one) => withKind(one, action.kind));
      return stepped(before, next, named(action.cell, "the kind of"));
    }
    case "attribute": {
      const { cell, name, value, at } = action;
      const next = changed(document, cell, (one) => setAttribute(one, name, value));
      const step = named(cell, `the ${name} of`);
      return at === undefined
        ? stepped(before, next, step)
        : stroke(before, next, { cell, attribute: name, at }, step.what);
    }
    case "split":
      return split(before, action.cell, action.offset, action.draw);
    case "mergeBelow":
      return mergeBelow(before, action.cell);
    case "header":
      return stepped(
        before,
        { ...document, header: { ...document.header, ...action.header } },
        {
          what: "the notebook's settings",
        },
      );
    case "sources": {
      const cells = document.cells.map((cell) => {
        const source = action.sources.get(cell.id);
        return source === undefined || source === cell.source ? cell : { ...cell, source };
      });
      const same = cells.every((cell, at) => cell === document.cells[at]);
      return same ? before : stepped(before, withCells(document, cells), { what: action.what });
    }
    case "replaced": {
      const chosen = action.document.cells.some(({ id }) => id === before.chosen)
        ? before.chosen
        : (action.document.cells[0]?.id ?? null);
      return stepped(before, action.document, { what: action.what, chosen });
    }
    case "tried":
      return endStroke(before);
    case "undo":
      return undo(before) ?? before;
    case "redo":
      return redo(before) ?? before;
  }
}
