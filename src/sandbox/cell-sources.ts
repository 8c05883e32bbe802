import type { SourceLine } from "../core/tensor/tensor-node.ts";
import { RETURNED } from "./assigned-names.ts";
import type { PreparedCell } from "./prepare-cell.ts";

/** A frame of a stack trace that lies in a cell. */
export interface CellFrame extends SourceLine {
  readonly column: number;
  readonly function: string;
}

/** Frames that a message shows. */
const MOST_FRAMES = 20;
/** Compilations whose places are remembered; functions of older ones have a line only. */
const MOST_COMPILATIONS = 5_000;

const FRAME = /at (.*?) ?\(?cell:(\d+):(\d+)(?::(\d+))?\)?$/;

/** Files of the language whose functions give just what they record. */
const HANDED_ON = /\(\.\/(?:host|tensor|functions)\.ts:/;

/** Knows every compiled cell by the name that stack traces call it, and so where in whose text something happened. */
export class CellSources {
  readonly #cells = new Map<number, { readonly id: string; readonly prepared: PreparedCell }>();
  #next = 1;

  /** @returns The name to compile it under. */
  add(id: string, prepared: PreparedCell): string {
    const number = this.#next++;
    this.#cells.set(number, { id, prepared });
    this.#cells.delete(number - MOST_COMPILATIONS);
    return `cell:${number}`;
  }

  /** Frames of cells in a stack trace, innermost first; places in the text that people wrote. */
  frames(stack: string): CellFrame[] {
    const frames: CellFrame[] = [];
    for (const found of this.#places(stack)) {
      if (frames.length === MOST_FRAMES) break;
      const { id, prepared } = found.cell;
      const at = prepared.positions.toSource(found);
      const name = found.function === "<eval>" ? "" : found.function;
      frames.push({ cell: id, line: at.line, column: at.column, function: name });
    }
    return frames;
  }

  /** The compiled line at which a cell threw, up to where it did; "" where no cell was running. */
  codeBefore(stack: string): string {
    for (const { cell, line, column } of this.#places(stack)) {
      return (cell.prepared.code.split("\n")[line - 1] ?? "").slice(0, column - 1);
    }
    return "";
  }

  /** Where the innermost call of a cell stands. */
  line(stack: string): SourceLine | null {
    for (const found of this.#places(stack)) {
      const at = found.cell.prepared.positions.toSource(found);
      return { cell: found.cell.id, line: at.line, column: at.column };
    }
    return null;
  }

  /**
   * The variable that gets what is being computed, where the calls' places tell. Functions of cells hand their results
   * on; what the language computes for itself, in a layer or a check, is no variable's.
   */
  assignedName(stack: string): string | null {
    for (const line of linesOf(stack)) {
      const found = this.#place(line);
      if (found === null) {
        if (HANDED_ON.test(line)) continue;
        return null;
      }
      const name = found.cell.prepared.names.get(`${found.line}:${found.column}`);
      if (name === undefined) return null;
      if (name !== RETURNED) return name;
    }
    return null;
  }

  *#places(stack: string) {
    for (const line of linesOf(stack)) {
      const found = this.#place(line);
      if (found !== null) yield found;
    }
  }

  #place(line: string) {
    if (!line.includes("cell:")) return null;
    const found = FRAME.exec(line);
    const cell = found === null ? undefined : this.#cells.get(Number(found[2]));
    if (found === null || cell === undefined) return null;
    return { cell, function: found[1] ?? "", line: Number(found[3]), column: Number(found[4] ?? 1) };
  }
}

/** Without making an array of a deep recursion's thousands. */
function* linesOf(text: string): Iterable<string> {
  for (let from = 0; from < text.length;) {
    const newline = text.indexOf("\n", from);
    const to = newline < 0 ? text.length : newline;
    yield text.slice(from, to);
    from = to + 1;
  }
}
