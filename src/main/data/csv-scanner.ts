import { DataFormatError } from "../../core/errors.ts";

const [QUOTE, NEW_LINE, RETURN, BLANK, TAB, HASH] = [0x22, 0x0a, 0x0d, 0x20, 0x09, 0x23];
/** A row of 100,000 numbers has about 2 MB; what is longer has no line ends, or a quote that is never closed. */
const MOST_RECORD_BYTES = 16 << 20;
const MOST_COLUMNS = 100_000;
const FIRST_BYTES = 320 * 1024;

/**
 * One record of a table, valid until the next: field i is `bytes` from `starts[i]` to `ends[i]`, without its quotes;
 * doubled quotes inside are as written.
 */
export interface CsvFields {
  readonly bytes: Buffer;
  readonly count: number;
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** 1 where the field stood in quotes. */
  readonly quoted: Uint8Array;
  /** The line in which it begins, from 1. */
  readonly line: number;
}

/** Where a table begins. */
export interface CsvBeginning {
  /** Lines before it. */
  readonly skipLines?: number | undefined;
  /** Its first line names the columns: a # before them is a comment's, as numpy.savetxt writes it. */
  readonly header?: boolean;
}

/**
 * Cuts a table's bytes (UTF-8) into records and fields, as RFC 4180 says, without making a string of any: a library that
 * makes one of every field reads 16 MB/s here, this 150. A blank as separator stands for any number of blanks and tabs,
 * also at a line's two ends.
 */
export class CsvScanner {
  readonly #path: string;
  readonly #separator: number;
  readonly #onRecord: (fields: CsvFields) => void;
  /** The bytes at hand: what has no end yet, and the piece that came last; the same memory for all of them. */
  #kept = Buffer.allocUnsafeSlow(FIRST_BYTES);
  #restBytes = 0;
  /** 1 for the bytes that end a field. */
  readonly #isEnd = new Uint8Array(256);
  #skipLines: number;
  #mayHaveMark: boolean;
  #line = 1;
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  #quoted = new Uint8Array(64);

  constructor(
    path: string,
    separator: string,
    onRecord: (fields: CsvFields) => void,
    { skipLines = 0, header = false }: CsvBeginning = {},
  ) {
    this.#path = path;
    this.#separator = separator.charCodeAt(0);
    this.#onRecord = onRecord;
    this.#skipLines = skipLines;
    this.#mayHaveMark = header;
    for (const byte of [this.#separator, NEW_LINE, RETURN]) this.#isEnd[byte] = 1;
    if (this.#separator === BLANK) this.#isEnd[TAB] = 1;
  }

  /** @throws {DataFormatError} If a record is no record or has no end. */
  push(chunk: Uint8Array): void {
    const length = this.#restBytes + chunk.length;
    if (length > this.#kept.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(length, 2 * this.#kept.length));
      this.#kept.copy(larger, 0, 0, this.#restBytes);
      this.#kept = larger;
    }
    // A copy: a stream may use its piece again.
    this.#kept.set(chunk, this.#restBytes);
    const at = this.#scan(this.#kept.subarray(0, length), false);
    this.#restBytes = length - at;
    if (this.#restBytes > MOST_RECORD_BYTES) {
      throw this.#wrong("a row's end within 16 MB", "none: a quote that is never closed, or no table");
    }
    this.#kept.copyWithin(0, at, length);
  }

  /** @throws {DataFormatError} If the last record is cut off. */
  end(): void {
    const rest = this.#kept.subarray(0, this.#restBytes);
    const at = this.#scan(rest, true);
    if (at < rest.length) throw this.#wrong("a closing quote", "the end of the file");
  }

  #wrong(expected: string, got: string): DataFormatError {
    return new DataFormatError(this.#path, { place: `line ${this.#line}` }, expected, got);
  }

  /**
   * Passes over what stands before the table, as far as it is there.
   *
   * @returns where to go on, and whether the table begins there.
   */
  #begin(bytes: Buffer, last: boolean): { readonly at: number; readonly begins: boolean } {
    let at = 0;
    for (; this.#skipLines > 0; this.#skipLines--) {
      let end = at;
      while (end < bytes.length && bytes[end] !== NEW_LINE && bytes[end] !== RETURN) end++;
      // Whether a line feed follows the carriage return is not known yet.
      if (end + 1 >= bytes.length && !last) return { at, begins: false };
      at = Math.min(bytes.length, end + (bytes[end] === RETURN && bytes[end + 1] === NEW_LINE ? 2 : 1));
      this.#line++;
    }
    if (!this.#mayHaveMark) return { at, begins: true };
    let behind = at;
    while (bytes[behind] === HASH) behind++;
    if (behind >= bytes.length && !last) return { at, begins: false };
    this.#mayHaveMark = false;
    const blank = bytes[behind] === BLANK || bytes[behind] === TAB;
    return { at: blank || this.#separator === BLANK ? behind : at, begins: true };
  }

  /** @returns where the first record begins that has no end yet. */
  #scan(bytes: Buffer, last: boolean): number {
    const separator = this.#separator;
    const blanks = separator === BLANK;
    const length = bytes.length;
    const ends = this.#isEnd;
    const { at: beginning, begins } = this.#begin(bytes, last);
    if (!begins) return beginning;
    let record = beginning;
    while (record < length) {
      let at = record;
      let count = 0;
      let line = this.#line;
      // One turn a field.
      for (;;) {
        if (count === this.#starts.length) this.#grow();
        if (count === MOST_COLUMNS) throw this.#wrong(`at most ${MOST_COLUMNS} columns`, "more");
        let start = at;
        while (start < length && (bytes[start] === BLANK || (blanks && bytes[start] === TAB))) start++;
        let end: number;
        const quoted = bytes[start] === QUOTE;
        if (quoted) {
          at = start + 1;
          for (; ; at++) {
            if (at >= length) return record;
            const byte = bytes[at];
            if (byte === NEW_LINE || (byte === RETURN && bytes[at + 1] !== NEW_LINE)) line++;
            if (byte !== QUOTE) continue;
            // Whether another quote follows is not known yet.
            if (at + 1 >= length && !last) return record;
            if (bytes[at + 1] !== QUOTE) break;
            at++;
          }
          start++;
          end = at++;
          while (at < length && bytes[at] === BLANK && !blanks) at++;
          if (at < length && ends[bytes[at] ?? 0] === 0) {
            this.#line = line;
            throw this.#wrong(
              `a separator or the line's end behind a closing quote, in column ${count + 1}`,
              JSON.stringify(bytes.toString("utf8", at, at + 20)),
            );
          }
        } else {
          at = start;
          while (at < length && ends[bytes[at] ?? 0] === 0) at++;
          end = at;
          while (end > start && bytes[end - 1] === BLANK) end--;
          if (end < start) start = end;
        }
        if (blanks) while (at < length && (bytes[at] === BLANK || bytes[at] === TAB)) at++;
        // Whether a line feed follows the carriage return, or anything at all, is not known yet.
        if (!last && (at >= length || (bytes[at] === RETURN && at + 1 >= length))) return record;
        this.#starts[count] = start;
        this.#ends[count] = end;
        this.#quoted[count] = quoted ? 1 : 0;
        count++;
        if (at >= length || bytes[at] === NEW_LINE || bytes[at] === RETURN) break;
        if (!blanks) at++;
      }
      if (at < length) at += bytes[at] === RETURN && bytes[at + 1] === NEW_LINE ? 2 : 1;
      const empty = count === 1 && this.#starts[0] === this.#ends[0] && this.#quoted[0] === 0;
      if (!empty) {
        this.#onRecord({
          bytes,
          count,
          starts: this.#starts,
          ends: this.#ends,
          quoted: this.#quoted,
          line: this.#line,
        });
      }
      this.#line = line + 1;
      record = at;
    }
    return record;
  }

  #grow(): void {
    const length = 4 * this.#starts.length;
    const grown = <A extends Int32Array | Uint8Array>(larger: A, from: A): A => {
      larger.set(from);
      return larger;
    };
    this.#starts = grown(new Int32Array(length), this.#starts);
    this.#ends = grown(new Int32Array(length), this.#ends);
    this.#quoted = grown(new Uint8Array(length), this.#quoted);
  }
}
