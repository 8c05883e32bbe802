import { DataFormatError } from "../../../core/errors.ts";
import { float16 } from "../../data/half-floats.ts";
import {
  aligned,
  fieldsOf,
  packedDoubles,
  packedFloats,
  packedIntegers,
  realOf,
  textOf,
  wholeOf,
  type Field,
} from "../protobuf/message-reader.ts";
import type { ForeignHistogram, ForeignPoint, ForeignText } from "../runs/foreign-run.ts";
import { equalBins } from "./equal-bins.ts";

type Bytes = Extract<Field, { readonly kind: "bytes" }>;

/** What one event says. */
export interface EventContent {
  readonly timeMs: number;
  readonly step: number;
  readonly points: readonly ForeignPoint[];
  readonly histograms: readonly ForeignHistogram[];
  readonly texts: readonly ForeignText[];
  readonly config: Readonly<Record<string, number | string | boolean>>;
  /** Values that are neither scalars nor histograms nor texts: pictures, audio, graphs. */
  readonly others: number;
}

/** A tensor of TensorFlow, as numbers or texts. */
interface EventTensor {
  readonly shape: readonly number[];
  readonly numbers: readonly number[];
  readonly texts: readonly string[];
}

const MOST_NUMBERS = 1_000_000;

/** Values in `tensor_content`, by TensorFlow's data types. */
function contentNumbers(file: string, type: number, { value, at }: Bytes): readonly number[] {
  switch (type) {
    case 1:
      return Array.from(packedFloats(file, value, at));
    case 2:
      return Array.from(packedDoubles(file, value, at));
    case 3:
      return Array.from(new Int32Array(aligned(value.subarray(0, value.length - (value.length % 4)))));
    case 9:
      return Array.from(
        new BigInt64Array(aligned(value.subarray(0, value.length - (value.length % 8)))),
        Number,
      );
    case 19:
      return Array.from(
        new Uint16Array(aligned(value.subarray(0, value.length - (value.length % 2)))),
        float16,
      );
    default:
      return [];
  }
}

function readTensor(file: string, { value, at }: Bytes): EventTensor {
  let [type, content]: [number, Bytes | null] = [0, null];
  const shape: number[] = [];
  const numbers: number[] = [];
  const texts: string[] = [];
  const add = (found: Iterable<number>): void => {
    for (const one of found) numbers.push(one);
    if (numbers.length > MOST_NUMBERS)
      throw new DataFormatError(file, at, `a tensor of at most ${MOST_NUMBERS} values`, "more");
  };
  for (const field of fieldsOf(file, value, at)) {
    if (field.number === 1 && field.kind === "integer") type = Number(field.value);
    else if (field.number === 2 && field.kind === "bytes") {
      for (const dim of fieldsOf(file, field.value, field.at)) {
        if (dim.number !== 2 || dim.kind !== "bytes") continue;
        for (const part of fieldsOf(file, dim.value, dim.at)) {
          if (part.number === 1 && part.kind === "integer") shape.push(wholeOf(part.value));
        }
      }
    } else if (field.number === 4 && field.kind === "bytes") content = field;
    else if (field.number === 5 && field.kind === "bytes") add(packedFloats(file, field.value, field.at));
    else if (field.number === 6 && field.kind === "bytes") add(packedDoubles(file, field.value, field.at));
    else if ((field.number === 5 || field.number === 6) && field.kind !== "integer" && field.kind !== "bytes")
      add([realOf(field.value)]);
    else if ([7, 10, 13].includes(field.number) && field.kind === "bytes") {
      const whole = packedIntegers(file, field.value, field.at).map(wholeOf);
      add(field.number === 13 ? whole.map(float16) : whole);
    } else if ([7, 10].includes(field.number) && field.kind === "integer") add([wholeOf(field.value)]);
    else if (field.number === 8 && field.kind === "bytes") texts.push(textOf(file, field));
  }
  if (content !== null) add(contentNumbers(file, type, content));
  return { shape, numbers, texts };
}

/** Bucket i ends at `limits[i]` and begins where the one before ends. */
function readHistogram(
  file: string,
  { value, at }: Bytes,
): Pick<ForeignHistogram, "lo" | "hi" | "counts"> | null {
  let [min, max]: [number, number] = [NaN, NaN];
  const limits: number[] = [];
  const counts: number[] = [];
  for (const field of fieldsOf(file, value, at)) {
    if (field.number === 1 && field.kind === "fixed64") min = realOf(field.value);
    else if (field.number === 2 && field.kind === "fixed64") max = realOf(field.value);
    else if (field.number === 6 && field.kind === "bytes")
      limits.push(...packedDoubles(file, field.value, field.at));
    else if (field.number === 7 && field.kind === "bytes")
      counts.push(...packedDoubles(file, field.value, field.at));
    else if (field.number === 6 && field.kind === "fixed64") limits.push(realOf(field.value));
    else if (field.number === 7 && field.kind === "fixed64") counts.push(realOf(field.value));
  }
  const buckets = counts.map((count, i) => ({ from: limits[i - 1] ?? min, to: limits[i] ?? max, count }));
  return equalBins(buckets, min, max);
}

/** HParams of the plugin's `session_start_info`. */
function readSettings(file: string, { value, at }: Bytes): Record<string, number | string | boolean> {
  const found: Record<string, number | string | boolean> = {};
  for (const start of fieldsOf(file, value, at)) {
    if (start.number !== 3 || start.kind !== "bytes") continue;
    for (const entry of fieldsOf(file, start.value, start.at)) {
      if (entry.number !== 1 || entry.kind !== "bytes") continue;
      let [key, setting]: [string, number | string | boolean | null] = ["", null];
      for (const part of fieldsOf(file, entry.value, entry.at)) {
        if (part.kind !== "bytes") continue;
        if (part.number === 1) key = textOf(file, part);
        for (const one of part.number === 2 ? fieldsOf(file, part.value, part.at) : []) {
          if (one.number === 2 && one.kind === "fixed64") setting = realOf(one.value);
          else if (one.number === 3 && one.kind === "bytes") setting = textOf(file, one);
          else if (one.number === 4 && one.kind === "integer") setting = one.value === 1n;
        }
      }
      if (setting !== null && key !== "" && key !== "__proto__") found[key] = setting;
    }
  }
  return found;
}

interface ValueParts {
  readonly tag: string;
  readonly simple: number | null;
  readonly histogram: Bytes | null;
  readonly tensor: Bytes | null;
  readonly plugin: string;
  readonly content: Bytes | null;
  readonly other: boolean;
}

function partsOf(file: string, { value, at }: Bytes): ValueParts {
  let [tag, simple, plugin, other]: [string, number | null, string, boolean] = ["", null, "", false];
  let [histogram, tensor, content]: [Bytes | null, Bytes | null, Bytes | null] = [null, null, null];
  for (const field of fieldsOf(file, value, at)) {
    if (field.number === 1 && field.kind === "bytes") tag = textOf(file, field);
    else if (field.number === 2 && field.kind === "fixed32") simple = realOf(field.value);
    else if (field.number === 5 && field.kind === "bytes") histogram = field;
    else if (field.number === 8 && field.kind === "bytes") tensor = field;
    else if (field.number === 4 || field.number === 6) other = true;
    else if (field.number === 9 && field.kind === "bytes") {
      for (const data of fieldsOf(file, field.value, field.at)) {
        if (data.number !== 1 || data.kind !== "bytes") continue;
        for (const part of fieldsOf(file, data.value, data.at)) {
          if (part.kind !== "bytes") continue;
          if (part.number === 1) plugin = textOf(file, part);
          else if (part.number === 2) content = part;
        }
      }
    }
  }
  return { tag, simple, histogram, tensor, plugin, content, other };
}

/** TensorFlow 2 writes histograms as rows of left edge, right edge, count. */
function binsOfRows(numbers: readonly number[]): Pick<ForeignHistogram, "lo" | "hi" | "counts"> | null {
  const buckets = Array.from({ length: Math.floor(numbers.length / 3) }, (_, i) => ({
    from: numbers[3 * i] ?? NaN,
    to: numbers[3 * i + 1] ?? NaN,
    count: numbers[3 * i + 2] ?? NaN,
  }));
  return equalBins(buckets, buckets[0]?.from ?? NaN, buckets.at(-1)?.to ?? NaN);
}

/**
 * Reads one event of TensorBoard. Plugins that TensorFlow 2 names only once for a tag are kept in `plugins`.
 *
 * @throws {DataFormatError} If it is no event.
 * @see https://github.com/tensorflow/tensorboard/blob/master/tensorboard/compat/proto/event.proto
 */
export function readEvent(
  file: string,
  { bytes, at }: { readonly bytes: Uint8Array; readonly at: number },
  plugins: Map<string, string>,
): EventContent {
  let [timeMs, step, others]: [number, number, number] = [0, 0, 0];
  const summaries: Bytes[] = [];
  for (const field of fieldsOf(file, bytes, at)) {
    if (field.number === 1 && field.kind === "fixed64") timeMs = 1000 * realOf(field.value);
    else if (field.number === 2 && field.kind === "integer") step = wholeOf(field.value);
    else if (field.number === 4 || field.number === 9) others++;
    else if (field.number === 5 && field.kind === "bytes") summaries.push(field);
  }
  const points: ForeignPoint[] = [];
  const histograms: ForeignHistogram[] = [];
  const texts: ForeignText[] = [];
  let config: Record<string, number | string | boolean> = {};
  for (const summary of summaries) {
    for (const field of fieldsOf(file, summary.value, summary.at)) {
      if (field.number !== 1 || field.kind !== "bytes") continue;
      const { tag: name, simple, histogram, tensor, plugin: named, content, other } = partsOf(file, field);
      if (named !== "") plugins.set(name, named);
      const plugin = named === "" ? (plugins.get(name) ?? "") : named;
      const add = (bins: Pick<ForeignHistogram, "lo" | "hi" | "counts"> | null): void => {
        if (bins === null) others++;
        else histograms.push({ name, step, ...bins });
      };
      if (plugin === "hparams") {
        if (content !== null) config = { ...config, ...readSettings(file, content) };
      } else if (simple !== null) points.push({ name, step, value: simple, timeMs, epoch: null });
      else if (histogram !== null) add(readHistogram(file, histogram));
      else if (tensor === null) others += other ? 1 : 0;
      else {
        const { shape, numbers, texts: words } = readTensor(file, tensor);
        const [value] = numbers;
        if (plugin === "text" || (plugin === "" && words.length > 0)) {
          // Tags of torch's writer end so.
          texts.push({ name: name.replace(/\/text_summary$/, ""), step, text: words.join("\n") });
        } else if (plugin === "histograms") add(binsOfRows(numbers));
        else if (
          value !== undefined &&
          numbers.length === 1 &&
          (plugin === "scalars" || (plugin === "" && shape.length === 0))
        )
          points.push({ name, step, value, timeMs, epoch: null });
        else others++;
      }
    }
  }
  return { timeMs, step, points, histograms, texts, config, others };
}
