import type { Compressors, FileMetaData } from "hyparquet";

type Column = NonNullable<FileMetaData["row_groups"][number]["columns"][number]["meta_data"]>;

/** A page of values, as its header tells. */
export interface ValuePage {
  /** 2 keeps its levels outside of what is packed. */
  readonly version: 1 | 2;
  readonly values: number;
  readonly encoding: number;
  readonly unpackedBytes: number;
  readonly packed: Uint8Array;
  /** Of version 2. */
  readonly levelBytes: { readonly repetition: number; readonly definition: number };
  readonly isPacked: boolean;
}

/** Encodings of values in runs, by their number in the format. */
const ENCODING = { plainDictionary: 2, rle: 3, rleDictionary: 8 } as const;
/** Numbers that stand for an encoding; that a library may not know all of them is for it to say. */
const KNOWN_ENCODINGS: ReadonlySet<number> = new Set([0, 2, 3, 4, 5, 6, 7, 8, 9]);
/** Writers fill up groups of eight values, and some of them whole runs. */
const MOST_PADDING = 512;

/** A run-length or bit-packed hybrid of at most `length` bytes. */
interface Runs {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly length: number;
  readonly bitWidth: number;
  readonly values: number;
}

/** @throws {RangeError} If a run holds more values than are left of the page. */
function checkRuns({ bytes, from, length, bitWidth, values }: Runs): void {
  if (bitWidth > 32) throw new RangeError(`a page has values of ${bitWidth} bits`);
  const end = Math.min(bytes.length, from + length);
  let at = from;
  for (let seen = 0; seen < values && at < end;) {
    let head = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = bytes[at++];
      if (byte === undefined || factor > 2 ** 35) throw new RangeError("a run has no end");
      head += (byte & 0x7f) * factor;
      if (byte < 0x80) break;
    }
    const packed = head % 2 === 1;
    const count = packed ? 8 * Math.floor(head / 2) : head / 2;
    if (count > values - seen + (packed ? MOST_PADDING : 0)) {
      throw new RangeError(`a run claims ${count} values where a page has ${values - seen} left`);
    }
    seen += count;
    at += packed ? (count / 8) * bitWidth : Math.ceil(bitWidth / 8);
  }
}

/** The number in front of runs that tell their length. */
const lengthAt = (bytes: Uint8Array, at: number): number =>
  at + 4 > bytes.length ? 0 : new DataView(bytes.buffer, bytes.byteOffset).getUint32(at, true);

function unpack(packed: Uint8Array, bytes: number, { codec }: Column, compressors: Compressors): Uint8Array {
  if (codec === "UNCOMPRESSED" || bytes === 0) return packed;
  const decompress = compressors[codec];
  if (decompress === undefined) throw new RangeError(`pages are packed by ${codec}, which is not known here`);
  return decompress(packed, bytes);
}

/**
 * Walks along the runs of a page before a library unpacks them: hyparquet believes their lengths, and a run of 2³⁰
 * values in a page of ten fills the memory.
 *
 * @param optional Whether values may be missing: then levels stand before them.
 * @throws {RangeError} If a run holds more values than its page.
 * @see https://parquet.apache.org/docs/file-format/data-pages/encodings
 */
export function checkParquetRuns(
  page: ValuePage,
  column: Column,
  { optional, compressors }: { readonly optional: boolean; readonly compressors: Compressors },
): void {
  const { values, levelBytes } = page;
  if (!KNOWN_ENCODINGS.has(page.encoding))
    throw new RangeError(`a page has the unknown encoding ${page.encoding}`);
  let body = page.packed;
  let at = 0;
  if (page.version === 1) {
    body = unpack(body, page.unpackedBytes, column, compressors);
    if (optional) {
      const length = lengthAt(body, 0);
      checkRuns({ bytes: body, from: 4, length, bitWidth: 1, values });
      at = 4 + length;
    }
  } else {
    const levels = levelBytes.repetition + levelBytes.definition;
    if (levels > body.length) throw new RangeError("the levels of a page reach behind it");
    const [from, length] = [levelBytes.repetition, levelBytes.definition];
    if (optional) checkRuns({ bytes: body, from, length, bitWidth: 1, values });
    const rest = body.subarray(levels);
    body = page.isPacked ? unpack(rest, page.unpackedBytes - levels, column, compressors) : rest;
  }
  if (page.encoding === ENCODING.rle) {
    checkRuns({ bytes: body, from: at + 4, length: lengthAt(body, at), bitWidth: 1, values });
  } else if (page.encoding === ENCODING.plainDictionary || page.encoding === ENCODING.rleDictionary) {
    checkRuns({ bytes: body, from: at + 1, length: body.length, bitWidth: body[at] ?? 0, values });
  }
}
