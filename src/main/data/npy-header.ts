import { DataFormatError } from "../../core/errors.ts";

export const NPY_MAGIC = Uint8Array.of(0x93, 0x4e, 0x55, 0x4d, 0x50, 0x59);
/** Magic, version, and the longest form of the header's length. */
export const NPY_PREFIX_BYTES = 12;

const CONVERT = "save it again with numpy.save(path, numpy.ascontiguousarray(array, dtype='float32'))";

export interface NpyHeader {
  readonly shape: readonly number[];
  readonly dtype: "float32" | "float64";
}

/** Where the header's text lies. @throws {DataFormatError} If this is no .npy file. */
export function npyHeaderRange(file: string, prefix: Uint8Array): { begin: number; end: number } {
  if (!NPY_MAGIC.every((byte, index) => prefix[index] === byte)) {
    const found =
      prefix[0] === 0x80
        ? `a pickle, which is a program and is never run here; ${CONVERT}`
        : prefix[0] === 0x50 && prefix[1] === 0x4b
          ? "a zip archive such as .npz; unpack it and choose one .npy file"
          : "another magic";
    throw new DataFormatError(file, 0, "a .npy file", found);
  }
  const view = new DataView(prefix.buffer, prefix.byteOffset, prefix.byteLength);
  const major = prefix[6] ?? 0;
  if (major < 1 || major > 3) throw new DataFormatError(file, 6, ".npy version 1, 2 or 3", String(major));
  const [begin, lengthBytes] = major === 1 ? [10, 2] : [12, 4];
  if (prefix.length < begin)
    throw new DataFormatError(file, prefix.length, `${begin} bytes`, `${prefix.length} bytes`);
  return { begin, end: begin + (lengthBytes === 2 ? view.getUint16(8, true) : view.getUint32(8, true)) };
}

const field = (text: string, key: string, value: string): string | undefined =>
  new RegExp(`['"]${key}['"]\\s*:\\s*(${value})`).exec(text)?.[1];

function parseShape(file: string, offset: number, text: string | undefined): readonly number[] {
  const items =
    text
      ?.slice(1, -1)
      .split(",")
      .map((item) => item.trim()) ?? [];
  // Python writes (3,) with a comma behind the last item, and () for a scalar.
  if (items.at(-1) === "") items.pop();
  if (text === undefined || !items.every((item) => /^\d{1,15}L?$/.test(item))) {
    throw new DataFormatError(file, offset, "a 'shape' of whole numbers", text ?? "none");
  }
  return items.map((item) => Number.parseInt(item, 10));
}

/** Reads the header's text, a Python dictionary, without evaluating it. @throws {DataFormatError} */
export function parseNpyHeader(file: string, text: string, offset: number): NpyHeader {
  const descr = field(text, "descr", "'[^']*'|\"[^\"]*\"|\\[")?.replace(/['"]/g, "");
  switch (descr) {
    case "<f4":
    case "<f8":
      break;
    case undefined:
      throw new DataFormatError(file, offset, "a header with 'descr'", JSON.stringify(text.slice(0, 60)));
    case "[":
      throw new DataFormatError(file, offset, "float32 or float64 values", `a structured type; ${CONVERT}`);
    default: {
      const found = descr.includes("O")
        ? `Python objects (type "${descr}"), which are pickled programs and never run here`
        : descr.startsWith(">")
          ? `big-endian values (type "${descr}")`
          : `type "${descr}"`;
      throw new DataFormatError(file, offset, 'type "<f4" or "<f8"', `${found}; ${CONVERT}`);
    }
  }
  const fortran = field(text, "fortran_order", "True|False");
  if (fortran !== "False") {
    const found = fortran === "True" ? `Fortran order; ${CONVERT}` : "no 'fortran_order'";
    throw new DataFormatError(file, offset, "C order", found);
  }
  const shape = parseShape(file, offset, field(text, "shape", "\\([^)]*\\)"));
  return { shape, dtype: descr === "<f4" ? "float32" : "float64" };
}
