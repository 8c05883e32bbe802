import type { AsyncBuffer, Compressors, FileMetaData } from "hyparquet";
import { checkParquetRuns, type ValuePage } from "./check-parquet-runs.ts";

/** Types of thrift's compact protocol. */
const [STOP, TRUE, FALSE, BYTE, I16, I32, I64, DOUBLE, BINARY, LIST, SET, , STRUCT] = Array.from(
  { length: 13 },
  (_, type) => type,
);
const MOST_DEPTH = 8;
/** A page of a column's data; a dictionary has no rows. */
const DICTIONARY_PAGE = 2;
/** Where the header of a page keeps how many values it has, by the page's type. */
const COUNTED_IN: Readonly<Record<number, number>> = { 0: 5, 2: 7, 3: 8 };
/** The header's fields of a page of values, by its type. */
const VALUE_PAGES: Readonly<Record<number, { readonly version: 1 | 2; readonly encoding: string }>> = {
  0: { version: 1, encoding: "5.2" },
  3: { version: 2, encoding: "8.4" },
};
const FIELDS_OF_2 = { definitionBytes: "8.5", repetitionBytes: "8.6", isPacked: "8.7" } as const;
/** What Snappy, gzip and the others cannot pack more into a byte than. */
const MOST_GROWTH = 1 << 16;
const UNSUSPECTED_BYTES = 64 << 20;

/** A page's header as far as it says where the next one is. */
interface PageHeader {
  readonly type: number;
  readonly unpackedBytes: number;
  readonly packedBytes: number;
  readonly values: number;
  readonly endsAt: number;
  /** Of a page of values: what its runs are checked by. */
  readonly page: Omit<ValuePage, "packed"> | null;
}

/** Reads whole numbers out of thrift's compact protocol, and passes over everything else. */
class HeaderReader {
  readonly #bytes: Uint8Array;
  at: number;
  /** By the path of their fields: "5.1". */
  readonly numbers = new Map<string, number>();

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.at = at;
  }

  #byte(): number {
    const byte = this.#bytes[this.at++];
    if (byte === undefined) throw new RangeError("a page's header has no end");
    return byte;
  }

  #varint(): number {
    let value = 0;
    for (let factor = 1; factor < 2 ** 64; factor *= 128) {
      const byte = this.#byte();
      value += (byte & 0x7f) * factor;
      if (byte < 0x80) return value;
    }
    throw new RangeError("a page's header has a number of more than 64 bits");
  }

  #zigzag(): number {
    const value = this.#varint();
    return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
  }

  #skip(bytes: number): void {
    if (bytes > this.#bytes.length - this.at)
      throw new RangeError("a page's header reaches behind its column");
    this.at += bytes;
  }

  struct(path: string, depth = 0): void {
    if (depth > MOST_DEPTH) throw new RangeError("a page's header is nested too deeply");
    for (let field = 0; ;) {
      const head = this.#byte();
      const type = head & 0x0f;
      if (type === STOP) return;
      const step = head >> 4;
      field = step === 0 ? this.#zigzag() : field + step;
      this.#value(type, path === "" ? String(field) : `${path}.${field}`, depth);
    }
  }

  #value(type: number, path: string, depth: number): void {
    switch (type) {
      case TRUE:
      case FALSE:
        this.numbers.set(path, type === TRUE ? 1 : 0);
        return;
      case BYTE:
        this.#skip(1);
        return;
      case I16:
      case I32:
      case I64:
        this.numbers.set(path, this.#zigzag());
        return;
      case DOUBLE:
        this.#skip(8);
        return;
      case BINARY:
        this.#skip(this.#varint());
        return;
      case STRUCT:
        this.struct(path, depth + 1);
        return;
      case LIST:
      case SET:
        this.#list(path, depth);
        return;
      default:
        throw new RangeError(`a page's header has a field of the unknown type ${type}`);
    }
  }

  #list(path: string, depth: number): void {
    if (depth > MOST_DEPTH) throw new RangeError("a page's header is nested too deeply");
    const head = this.#byte();
    const length = head >> 4 === 15 ? this.#varint() : head >> 4;
    const type = head & 0x0f;
    if (length > this.#bytes.length - this.at)
      throw new RangeError("a page's header has a list behind its column");
    for (let i = 0; i < length; i++) {
      if (type === TRUE || type === FALSE) this.#skip(1);
      else this.#value(type, `${path}[]`, depth + 1);
    }
  }
}

function headerAt(bytes: Uint8Array, at: number): PageHeader {
  const reader = new HeaderReader(bytes, at);
  reader.struct("");
  const number = (path: string): number => reader.numbers.get(path) ?? -1;
  const type = number("1");
  const countedIn = COUNTED_IN[type];
  const values = countedIn === undefined ? 0 : number(`${countedIn}.1`);
  const unpackedBytes = number("2");
  const kind = VALUE_PAGES[type];
  return {
    type,
    unpackedBytes,
    packedBytes: number("3"),
    values,
    endsAt: reader.at,
    page:
      kind === undefined
        ? null
        : {
            version: kind.version,
            values,
            unpackedBytes,
            encoding: number(kind.encoding),
            levelBytes: {
              repetition: Math.max(0, number(FIELDS_OF_2.repetitionBytes)),
              definition: Math.max(0, number(FIELDS_OF_2.definitionBytes)),
            },
            isPacked: number(FIELDS_OF_2.isPacked) !== 0,
          },
  };
}

/**
 * Walks along the pages of every column, and the runs in them, before a library unpacks them: hyparquet believes their
 * headers, and one with a negative size leads it round in circles for ever.
 *
 * @throws {RangeError} If a page leads out of its column, grows without measure, or holds other values than its column has.
 * @see https://parquet.apache.org/docs/file-format/data-pages
 */
export async function checkParquetPages(
  file: AsyncBuffer,
  { row_groups: groups, schema }: FileMetaData,
  compressors: Compressors,
): Promise<void> {
  const required = new Set(
    schema.flatMap(({ name, repetition_type: repetition }) => (repetition === "REQUIRED" ? [name] : [])),
  );
  for (const { columns } of groups) {
    for (const { meta_data: column } of columns) {
      if (column === undefined) throw new RangeError("a column without a description");
      const name = column.path_in_schema.join(".");
      const optional = !required.has(name);
      const { data_page_offset: data, dictionary_page_offset: dictionary } = column;
      const start = Number(
        dictionary === undefined || dictionary === 0n || dictionary > data ? data : dictionary,
      );
      const bytes = new Uint8Array(await file.slice(start, start + Number(column.total_compressed_size)));
      let [at, values] = [0, 0];
      // As the library does: one byte that is left is no page.
      while (at < bytes.length - 1) {
        const page = headerAt(bytes, at);
        const wrong = (what: string): RangeError => new RangeError(`column "${name}": a page ${what}`);
        if (page.packedBytes < 0 || page.unpackedBytes < 0 || page.values < 0)
          throw wrong("has a negative size");
        at = page.endsAt + page.packedBytes;
        if (at > bytes.length) throw wrong("ends behind its column");
        if (page.unpackedBytes > Math.max(UNSUSPECTED_BYTES, MOST_GROWTH * page.packedBytes)) {
          throw wrong(`of ${page.packedBytes} bytes claims to hold ${page.unpackedBytes}`);
        }
        if (page.page !== null) {
          const packed = bytes.subarray(page.endsAt, at);
          checkParquetRuns({ ...page.page, packed }, column, { optional, compressors });
        }
        if (page.type !== DICTIONARY_PAGE) values += page.values;
        else if (page.values > Math.max(1, 8 * page.unpackedBytes)) throw wrong("has more values than bits");
      }
      if (values !== Number(column.num_values)) {
        throw new RangeError(
          `column "${name}" has ${values} values in its pages, ${column.num_values} were announced`,
        );
      }
    }
  }
}
