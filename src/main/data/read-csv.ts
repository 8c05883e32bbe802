import { counted } from "../../core/counted.ts";
import { DataFormatError } from "../../core/errors.ts";
import {
  ENCODINGS,
  SEPARATORS,
  type Dialect,
  type DialectChanges,
} from "../../shared/experiments/data-import.ts";
import { csvDialect, isComment } from "./csv-dialect.ts";
import { CsvScanner, type CsvFields } from "./csv-scanner.ts";
import { isPaddedNumber, numberOfBytes } from "./number-of-bytes.ts";
import { openRegularFile, type RegularFile } from "./regular-file.ts";
import type { ReadingWatch, TableRecord, TableSource } from "./table-source.ts";
import { asUtf8, textEncoding } from "./text-encoding.ts";
import { isGzip, unpackedChunks } from "./unpacked-chunks.ts";

/** Looked at to tell encoding and dialect. */
const SAMPLE_BYTES = 256 * 1024;
/** Blank images pack best, to a hundredth; what grows more is a bomb. */
const MOST_GROWTH = 200;
/** From here on it counts. */
const UNSUSPECTED_BYTES = 8 << 20;
const MOST_FILE_BYTES = 2 ** 36;

/** The file's text as bytes, within what a table of its size can be. */
async function* tableBytes(
  path: string,
  file: RegularFile,
  onRead: (share: number) => void = () => undefined,
): AsyncGenerator<Uint8Array> {
  const gzip = await isGzip(file);
  if (!gzip && /\.gz$/i.test(path)) {
    const hint = "other data; if it is a plain table, leave the .gz out of its name";
    throw new DataFormatError(path, 0, "gzip data, as the name says", hint);
  }
  const most = gzip ? Math.max(UNSUSPECTED_BYTES, MOST_GROWTH * file.sizeBytes) : Infinity;
  let bytes = 0;
  for await (const chunk of unpackedChunks(path, file, { gzip, expected: () => "a whole table" })) {
    bytes += chunk.length;
    if (bytes > most) {
      throw new DataFormatError(path, most, `at most ${most} bytes of ${file.sizeBytes} packed ones`, "more");
    }
    // Of packed files only a guess: text packs to about a third.
    onRead(Math.min(1, bytes / (gzip ? 3 * file.sizeBytes : file.sizeBytes)));
    yield chunk;
  }
  if (!gzip && bytes !== file.sizeBytes) {
    const got = `${bytes}: it was changed while it was read; import it when it is written`;
    throw new DataFormatError(path, Math.min(bytes, file.sizeBytes), `${file.sizeBytes} bytes`, got);
  }
}

/** The fields of a line of text as records are asked for them. */
class CsvRecord implements TableRecord {
  path = "";
  fields: CsvFields | null = null;
  readonly #decimalComma: boolean;
  constructor(decimalComma: boolean) {
    this.#decimalComma = decimalComma;
  }

  get #now(): CsvFields {
    if (this.fields === null) throw new TypeError("CsvRecord: no record was read");
    return this.fields;
  }

  get place(): string {
    return `line ${this.#now.line}`;
  }

  number(column: number): number {
    const { bytes, starts, ends } = this.#now;
    return numberOfBytes(bytes, starts[column] ?? 0, ends[column] ?? 0, this.#decimalComma);
  }

  isPadded(column: number): boolean {
    const { bytes, starts, ends } = this.#now;
    return isPaddedNumber(bytes, starts[column] ?? 0, ends[column] ?? 0);
  }

  text(column: number): string {
    const { bytes, starts, ends, quoted } = this.#now;
    const text = bytes.toString("utf8", starts[column], ends[column]);
    if (text.includes("\uFFFD")) {
      const place = { place: `${this.place}, column ${column + 1}` };
      throw new DataFormatError(
        this.path,
        place,
        "text in UTF-8",
        `${JSON.stringify(text.slice(0, 40))}: choose another encoding`,
      );
    }
    return (quoted[column] === 1 ? text.replaceAll('""', '"') : text).trim();
  }
}

async function sampleOf(path: string): Promise<Uint8Array> {
  const file = await openRegularFile(path, MOST_FILE_BYTES);
  try {
    const head: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of tableBytes(path, { ...file, sizeBytes: file.sizeBytes })) {
      head.push(Buffer.from(chunk));
      bytes += chunk.length;
      if (bytes >= SAMPLE_BYTES) break;
    }
    return Buffer.concat(head);
  } finally {
    await file.handle.close();
  }
}

/** All records of one file. */
async function readRecords(
  path: string,
  dialect: Dialect,
  onRecord: (fields: CsvFields) => void,
  watch: ReadingWatch,
): Promise<void> {
  const file = await openRegularFile(path, MOST_FILE_BYTES);
  try {
    const scanner = new CsvScanner(path, dialect.separator, onRecord, dialect);
    for await (const chunk of asUtf8(tableBytes(path, file, watch.progress), dialect.encoding)) {
      watch.checkpoint();
      scanner.push(chunk);
    }
    scanner.end();
  } finally {
    await file.handle.close();
  }
}

/** The names of columns: as the header says, each once and none empty. */
const namesOf = (header: readonly string[]): string[] => {
  const names = header.map((given, index) => (given === "" ? `column ${index + 1}` : given.slice(0, 200)));
  const written = new Set(names);
  const [seen, counts] = [new Set<string>(), new Map<string, number>()];
  return names.map((name) => {
    let own = name;
    let count = counts.get(name) ?? 1;
    // "a (2)" may be a column's own name.
    while (seen.has(own) || (own !== name && written.has(own))) own = `${name} (${++count})`;
    counts.set(name, count);
    seen.add(own);
    return own;
  });
};

/**
 * Tables of text, several files one after the other: separator, decimal comma, header and encoding are detected where they
 * are not given; `like` is the dialect of a table that these belong to. Reads nothing but the beginning of each.
 *
 * @throws {DataFormatError} If a file is empty, no text, or has other columns than the first.
 */
export async function csvSource(
  paths: readonly string[],
  given: DialectChanges = {},
  like: Dialect | null = null,
): Promise<TableSource> {
  const dialects: Dialect[] = [];
  let columns: readonly string[] = [];
  for (const [index, path] of paths.entries()) {
    const sample = await sampleOf(path);
    const encoding = given.encoding ?? textEncoding(sample);
    if (encoding === null) {
      throw new DataFormatError(
        path,
        sample.indexOf(0),
        "text in UTF-8, UTF-16 or Latin-1",
        "a zero byte: this is no text",
      );
    }
    const text = new TextDecoder(encoding).decode(sample);
    if (text.trim() === "") throw new DataFormatError(path, 0, "a table", "an empty file");
    const before = dialects[0];
    const dialect = csvDialect(
      text,
      encoding,
      { ...(before === undefined ? {} : { separator: before.separator }), ...given },
      before ?? like,
    );
    dialects.push(dialect);
    const found: string[] = [];
    const record = new CsvRecord(dialect.decimalComma);
    const onRecord = (fields: CsvFields): void => {
      if (found.length > 0) return;
      record.fields = fields;
      for (let column = 0; column < fields.count; column++) found.push(record.text(column));
    };
    const scanner = new CsvScanner(path, dialect.separator, onRecord, dialect);
    scanner.push(Buffer.from(`${text}\n`, "utf8"));
    if (found.length === 0) throw new DataFormatError(path, { place: "line 1" }, "a row", "none");
    const names = dialect.header ? namesOf(found) : found.map((_, column) => `column ${column + 1}`);
    if (index === 0) columns = names;
    else if (names.join("\n") !== columns.join("\n")) {
      throw new DataFormatError(
        path,
        { place: "line 1" },
        `the columns of ${paths[0] ?? ""}`,
        names.slice(0, 8).join(", "),
      );
    }
  }
  const [dialect] = dialects;
  if (dialect === undefined) throw new RangeError("csvSource: expected at least one file");
  const notes = [
    `values are parted by ${SEPARATORS[dialect.separator]}${dialect.decimalComma ? ", with decimal commas" : ""}`,
    ...(dialect.skipLines === undefined
      ? []
      : [
          `${counted(dialect.skipLines, "line")} before the table ${dialect.skipLines === 1 ? "is" : "are"} passed over`,
        ]),
    dialect.header ? "the first line is a header" : "there is no header",
    `text in ${ENCODINGS[dialect.encoding]}`,
    ...(paths.length > 1 ? [`${paths.length} files, one after the other`] : []),
  ];
  let comments = 0;
  return {
    format: "table",
    columns,
    dialect,
    get notes() {
      return comments === 0
        ? notes
        : [
            ...notes,
            `${counted(comments, "comment")} between the rows or below them ${comments === 1 ? "is" : "are"} passed over`,
          ];
    },
    read: async (visit, watch) => {
      comments = 0;
      for (const [index, path] of paths.entries()) {
        const own = dialects[index] ?? dialect;
        const record = new CsvRecord(own.decimalComma);
        record.path = path;
        let header = own.header;
        const onRecord = (fields: CsvFields): void => {
          if (header) {
            header = false;
            return;
          }
          record.fields = fields;
          if (fields.count !== columns.length) {
            if (fields.quoted[0] === 0 && isComment(record.text(0))) {
              comments++;
              return;
            }
            const got = `${fields.count}${fields.count === 1 ? `: are the values parted by ${SEPARATORS[own.separator]}?` : ""}`;
            throw new DataFormatError(
              path,
              { place: `line ${fields.line}` },
              `${columns.length} values`,
              got,
            );
          }
          visit(record);
        };
        const progress = (share: number): void => watch.progress((index + share) / paths.length);
        await readRecords(path, own, onRecord, { ...watch, progress });
      }
    },
  };
}
