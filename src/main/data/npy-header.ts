import { DataFormatError } from "../../core/errors.ts";
import { npyText, npyType, type NpyText, type NpyType } from "./npy-type.ts";

export const NPY_MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
/** Magic, version, and the longest form of the header's length. */
export const NPY_PREFIX_BYTES = 12;

/** A sound file whose values are no numbers: text, Python objects, records. */
export class NotNumbersError extends DataFormatError {
  /** What they are, and what to do. */
  readonly found: string;
  /** Of text: how it lies there, by which it can be read as labels. */
  readonly text: (NpyText & { readonly shape: readonly number[] }) | null;

  constructor(file: string, at: number, found: string, text: NotNumbersError["text"] = null) {
    super(file, at, "values that are numbers", found);
    this.found = found;
    this.text = text;
  }
}

export interface NpyHeader {
  readonly shape: readonly number[];
  readonly type: NpyType;
  /** The first axis runs fastest. */
  readonly fortran: boolean;
}

/** Where the header's text lies. @throws {DataFormatError} If this is no .npy file. */
export function npyHeaderRange(file: string, prefix: Uint8Array): { begin: number; end: number } {
  if (!NPY_MAGIC.every((byte, index) => prefix[index] === byte)) {
    const found =
      prefix[0] === 0x80
        ? "a pickle, which is a program and is never run here; save it again with numpy.save(path, array)"
        : prefix[0] === 0x50 && prefix[1] === 0x4b
          ? "a zip archive: name it .npz if it is one of numpy"
          : "another magic";
    throw new DataFormatError(file, 0, "a .npy file", found);
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  const [major = 0, minor = 0] = prefix.subarray(6, 8);
  if (major < 1 || major > 3 || minor !== 0) {
    throw new DataFormatError(
      file,
      6,
      ".npy version 1, 2 or 3",
      minor === 0 ? `${major}` : `${major}.${minor}`,
    );
  }
  const [begin, lengthBytes] = major === 1 ? [10, 2] : [12, 4];
  if (prefix.length < begin)
    throw new DataFormatError(file, prefix.length, `${begin} bytes`, `${prefix.length} bytes`);
  return { begin, end: begin + (lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true)) };
}

/** A value of the header's dictionary; what is no text, flag or tuple of whole numbers is `null`. */
type Value = string | boolean | readonly number[] | null;

const KEYS: readonly string[] = ["descr", "fortran_order", "shape"];

/**
 * Reads the header's text, a Python dictionary of three entries, from left to right and without evaluating it: each
 * character is looked at once.
 *
 * @throws {DataFormatError}
 */
export function parseNpyHeader(file: string, text: string, offset: number): NpyHeader {
  const fail = (at: number, expected: string, got?: string): never => {
    throw new DataFormatError(
      file,
      offset + at,
      expected,
      got ?? (JSON.stringify(text.slice(at, at + 40)) || "the end"),
    );
  };
  let at = 0;
  const skipBlanks = (): void => {
    while (" \t\n\r".includes(text.charAt(at)) && at < text.length) at++;
  };
  const accept = (token: string): boolean => {
    skipBlanks();
    if (!text.startsWith(token, at)) return false;
    at += token.length;
    return true;
  };
  const readText = (quote: string): string => {
    const end = text.indexOf(quote, at);
    const inside = text.slice(at, end);
    if (end < 0 || /[\\\n\r]/.test(inside)) return fail(at, "a text in quotes");
    at = end + 1;
    return inside;
  };
  const readSizes = (): readonly number[] => {
    const sizes: number[] = [];
    for (let comma = true; !accept(")"); comma = accept(",")) {
      skipBlanks();
      let end = at;
      while (text.charAt(end) >= "0" && text.charAt(end) <= "9") end++;
      const digits = text.slice(at, end);
      if (!comma || digits === "" || digits.length > 15 || (digits.length > 1 && digits.startsWith("0"))) {
        return fail(at, "a 'shape' of whole numbers");
      }
      sizes.push(Number(digits));
      at = end;
      // Python 2 wrote 3L.
      accept("L");
      // A number in brackets is no tuple without a comma behind it.
      skipBlanks();
      if (sizes.length === 1 && text.charAt(at) === ")")
        return fail(at, "a ',' behind a 'shape' of one size");
    }
    return sizes;
  };
  const readValue = (): Value => {
    if (accept("'")) return readText("'");
    if (accept('"')) return readText('"');
    if (accept("True")) return true;
    if (accept("False")) return false;
    if (accept("(")) return readSizes();
    return null;
  };

  const entries = new Map<string, Value>();
  if (!accept("{")) fail(at, "a dictionary with 'descr', 'fortran_order' and 'shape'");
  for (let comma = true; !accept("}"); comma = accept(",")) {
    const keyAt = at;
    const key = accept("'") ? readText("'") : accept('"') ? readText('"') : fail(at, "a key in quotes");
    if (!comma || !KEYS.includes(key) || entries.has(key) || !accept(":")) {
      fail(keyAt, "'descr', 'fortran_order' and 'shape', each once");
    }
    const valueAt = at;
    const value = readValue();
    if (key === "descr" && value === null && accept("[")) {
      throw new NotNumbersError(
        file,
        offset + valueAt,
        "a structured type: save each of its fields by itself",
      );
    }
    if (value === null) fail(valueAt, `a value of '${key}'`);
    entries.set(key, value);
  }
  skipBlanks();
  if (at < text.length) fail(at, "the end of the header");

  const [descr, fortran, shape] = [entries.get("descr"), entries.get("fortran_order"), entries.get("shape")];
  if (typeof descr !== "string") return fail(0, "a header with 'descr'");
  if (typeof fortran !== "boolean") return fail(0, "a 'fortran_order' that is True or False");
  if (typeof shape !== "object" || shape === null) return fail(0, "a 'shape' of whole numbers");
  const type = npyType(descr);
  if (typeof type === "string") {
    const text = npyText(descr);
    throw new NotNumbersError(file, offset, type, text === null ? null : { ...text, shape });
  }
  return { shape, type, fortran };
}
