import { DataFormatError } from "../../core/errors.ts";

const [QUOTE, NEW_LINE, RETURN, BLANK] = [0x22, 0x0a, 0x0d, 0x20];
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

/**
 * Cuts a table's bytes (UTF-8) into records and fields, as RFC 4180 says, without making a string of any: a library that
 * makes one of every field reads 16 MB/s here, this 150.
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
  #line = 1;
  #starts = new Int32Array(64);
  #ends = new Int32Array(64);
  #quoted = new Uint8Array(64);

  constructor(path: string, separator: string, onRecord: (fields: CsvFields) => void) {
    this.#path = path;
    this.#separator = separator.charCodeAt(0);
    this.#onRecord = onRecord;
    for (const byte of [this.#separator, NEW_LINE, RETURN]) this.#isEnd[byte] = 1;
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

  /** @returns where the first record begins that has no end yet. */
  #scan(bytes: Buffer, last: boolean): number {
    const separator = this.#separator;
    const length = bytes.length;
    const ends = this.#isEnd;
    let record = 0;
    while (record < length) {
      let at = record;
      let count = 0;
      let line = this.#line;
      // One turn a field.
      for (;;) {
        if (count === this.#starts.length) this.#grow();
        if (count === MOST_COLUMNS) throw this.#wrong(`at most ${MOST_COLUMNS} columns`, "more");
        let start = at;
        while (start < length && bytes[start] === BLANK && separator !== BLANK) start++;
        let end: number;
        const quoted = bytes[start] === QUOTE;
        if (quoted) {
          at = start + 1;
          for (; ; at++) {
            if (at >= length) return record;
            const byte = bytes[at];
            if (byte === NEW_LINE) line++;
            if (byte !== QUOTE) continue;
            // Whether another quote follows is not known yet.
            if (at + 1 >= length && !last) return record;
            if (bytes[at + 1] !== QUOTE) break;
            at++;
          }
          start++;
          end = at++;
          while (at < length && bytes[at] === BLANK && separator !== BLANK) at++;
          const next = bytes[at];
          if (at < length && next !== separator && next !== NEW_LINE && next !== RETURN) {
            this.#line = line;
            throw this.#wrong(
              `a separator or the line's end behind a closing quote, in column ${count + 1}`,
              JSON.stringify(bytes.toString("utf8", at, at + 20)),
            );
          }
        } else {
          while (at < length && ends[bytes[at] ?? 0] === 0) at++;
          end = at;
          while (end > start && bytes[end - 1] === BLANK) end--;
          if (end < start) start = end;
        }
        // Whether a line feed follows the carriage return, or anything at all, is not known yet.
        if (!last && (at >= length || (bytes[at] === RETURN && at + 1 >= length))) return record;
        this.#starts[count] = start;
        this.#ends[count] = end;
        this.#quoted[count] = quoted ? 1 : 0;
        count++;
        if (bytes[at] !== separator || at >= length) break;
        at++;
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
