import { float16 } from "./half-floats.ts";

/** Values as they lie in a file: numpy's name of the type, and how one is read. */
export interface NpyType {
  /** "float32", "int64", "big-endian float64". */
  readonly name: string;
  readonly bytes: number;
  /** Of as many values as wanted; every value of the type fits exactly, but for whole numbers beyond 2^53. */
  readonly allocate: (length: number) => Uint8Array | Float32Array | Float64Array;
  /** Values lie in memory as they do in the file. */
  readonly native: boolean;
  readonly read: (view: DataView, at: number) => number;
}

type Kind = Pick<NpyType, "name" | "allocate"> & {
  readonly read: (view: DataView, at: number, little: boolean) => number;
};

const bytes = (length: number): Uint8Array => new Uint8Array(length);
const single = (length: number): Float32Array => new Float32Array(length);
const double = (length: number): Float64Array => new Float64Array(length);

/** numpy's type strings without the byte order. */
const KINDS: Readonly<Record<string, Kind>> = {
  b1: { name: "bool", allocate: bytes, read: (view, at) => view.getUint8(at) },
  u1: { name: "uint8", allocate: bytes, read: (view, at) => view.getUint8(at) },
  i1: { name: "int8", allocate: single, read: (view, at) => view.getInt8(at) },
  u2: { name: "uint16", allocate: single, read: (view, at, little) => view.getUint16(at, little) },
  i2: { name: "int16", allocate: single, read: (view, at, little) => view.getInt16(at, little) },
  u4: { name: "uint32", allocate: double, read: (view, at, little) => view.getUint32(at, little) },
  i4: { name: "int32", allocate: double, read: (view, at, little) => view.getInt32(at, little) },
  u8: { name: "uint64", allocate: double, read: (view, at, little) => Number(view.getBigUint64(at, little)) },
  i8: { name: "int64", allocate: double, read: (view, at, little) => Number(view.getBigInt64(at, little)) },
  f2: { name: "float16", allocate: single, read: (view, at, little) => float16(view.getUint16(at, little)) },
  f4: { name: "float32", allocate: single, read: (view, at, little) => view.getFloat32(at, little) },
  f8: { name: "float64", allocate: double, read: (view, at, little) => view.getFloat64(at, little) },
};
const NATIVE: readonly string[] = ["u1", "f4", "f8"];

/** How text lies in a file: code points of four bytes (U), or bytes (S), as many for each value. */
export interface NpyText {
  readonly unitBytes: 1 | 4;
  readonly little: boolean;
  readonly valueBytes: number;
}

/** The text that `descr` names ("<U10", "|S3"), or null. */
export function npyText(descr: string): NpyText | null {
  const [, order, kind, length] = /^([|<>=]?)([US])(\d{1,6})$/.exec(descr) ?? [];
  if (kind === undefined) return null;
  const unitBytes = kind === "U" ? 4 : 1;
  return { unitBytes, little: order !== ">", valueBytes: unitBytes * Number(length) };
}

/** The type that `descr` names ("<f4", "|u1"), or in words what it is instead. */
export function npyType(descr: string): NpyType | string {
  const [order, kind] = [descr.slice(0, 1), descr.slice(1)];
  const found = Object.hasOwn(KINDS, kind) ? KINDS[kind] : undefined;
  const size = Number(kind.slice(1));
  if (found === undefined || !(size === 1 ? "|<>=" : "<>").includes(order) || order === "") {
    return descr.includes("O")
      ? `Python objects (type "${descr}"), which are pickled programs and never run here; save numbers with numpy.save`
      : /^.[US]/.test(descr)
        ? `text (type "${descr}"); save classes as whole numbers: numpy.unique(array, return_inverse=True)[1]`
        : `type "${descr}"; save it again with numpy.save(path, array.astype('float32'))`;
  }
  const little = order !== ">";
  return {
    name: little || size === 1 ? found.name : `big-endian ${found.name}`,
    bytes: size,
    allocate: found.allocate,
    native: NATIVE.includes(kind) && (little || size === 1),
    read: (view, at) => found.read(view, at, little),
  };
}
