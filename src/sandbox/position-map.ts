/** Where something is, both counted from 1. */
export interface Position {
  readonly line: number;
  readonly column: number;
}

/** Columns of a line from `made` on come from `source` on; both from 0. */
interface Segment {
  readonly made: number;
  readonly source: number;
}

const DIGITS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** The numbers of one segment of a source map, each relative to the one before: base 64, five bits a digit. */
function decodeSegment(text: string): number[] {
  const numbers: number[] = [];
  let [value, shift] = [0, 0];
  for (const character of text) {
    const digit = DIGITS.indexOf(character);
    value += (digit & 31) << shift;
    shift += 5;
    if ((digit & 32) === 0) {
      numbers.push(value & 1 ? -(value >> 1) : value >> 1);
      [value, shift] = [0, 0];
    }
  }
  return numbers;
}

/** Text that replaces `length` characters at a column of a line of the stripped code, both from 0. */
export interface LineEdit {
  readonly line: number;
  readonly column: number;
  readonly length: number;
  readonly text: string;
}

/**
 * Finds the place in a cell's TypeScript that a place in its compiled code comes from. Lines are the same; types that
 * were taken out, and what was put in, move columns.
 *
 * @see Source Map Revision 3, of which the mappings are read
 */
export class PositionMap {
  readonly #lines: readonly (readonly Segment[])[];
  readonly #edits = new Map<number, LineEdit[]>();

  constructor(mappings: string, edits: readonly LineEdit[]) {
    let source = 0;
    this.#lines = mappings.split(";").map((line) => {
      let made = 0;
      return line.split(",").flatMap((segment) => {
        const numbers = decodeSegment(segment);
        if (numbers.length < 4) return [];
        made += numbers[0] ?? 0;
        source += numbers[3] ?? 0;
        return [{ made, source }];
      });
    });
    for (const edit of edits) {
      const line = this.#edits.get(edit.line) ?? [];
      line.push(edit);
      this.#edits.set(edit.line, line);
    }
  }

  toSource({ line, column }: Position): Position {
    let at = column - 1;
    for (const edit of (this.#edits.get(line - 1) ?? []).toSorted((a, b) => a.column - b.column)) {
      if (at < edit.column) break;
      at = Math.max(edit.column, at - (edit.text.length - edit.length));
    }
    const segment = this.#lines[line - 1]?.findLast(({ made }) => made <= at);
    return { line, column: segment === undefined ? at + 1 : segment.source + (at - segment.made) + 1 };
  }
}
