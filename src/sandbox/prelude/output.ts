import { formatValue } from "./format-value.ts";
import { isShown } from "./formula.ts";
import { host } from "./host.ts";
import { handleOf, isTensor, type Arg, type Tensor } from "./tensor.ts";
import { Timing } from "./timing.ts";

/** Numbers that are no JSON go as text in an object. */
const toJson = (value: unknown): string =>
  JSON.stringify(value, (_key, inner: unknown) =>
    typeof inner === "number" && !Number.isFinite(inner) ? { number: String(inner) } : inner,
  );

/** Shows values, one line. */
export function print(...values: unknown[]): void {
  host.output("text", toJson({ text: values.map((value) => formatValue(value)).join(" ") }));
}

/** Small tensors are shown with their numbers. */
const MOST_SHOWN = 100;

/** Shows named numbers, which a notebook's judge can compare. */
export function show(values: Readonly<Record<string, unknown>>): void {
  if (typeof values !== "object" || values === null || isTensor(values)) {
    throw new TypeError("show(): expected named values, show({ loss }); print(…) shows anything");
  }
  const shown = Object.entries(values).map(([name, value]) => {
    if (value instanceof Timing) return { name, value: value.medianMs, unit: "ms", timing: value };
    const plain = { name, unit: "", timing: null };
    if (typeof value === "number") return { ...plain, value };
    if (!isTensor(value)) return { ...plain, value: formatValue(value, 1) };
    if (value.ndim === 0 || value.numel === 1) return { ...plain, value: value.item() };
    return { ...plain, value: value.numel <= MOST_SHOWN ? [...value.toArray()] : value.toString() };
  });
  host.output("show", toJson({ values: shown }));
}

/** The value of a cell's last line. */
export function showResult(value: unknown): void {
  if (value === undefined || isShown(value)) return;
  if (typeof value === "object" && value !== null && "quiet" in value) return;
  host.output("value", toJson({ text: formatValue(value, typeof value === "string" ? 1 : 0) }));
}

type Line = Tensor | readonly number[] | Float32Array | Float64Array;
interface PlotOptions {
  readonly title?: string;
  readonly x?: Line;
  readonly xLabel?: string;
  readonly yLabel?: string;
  readonly log?: boolean;
}

/** More would be more than anyone sees, and than the sandbox has room for. */
const MOST_POINTS = 100_000;

function numbersOf(line: Line, what: string): number[] {
  const length = isTensor(line) ? line.numel : line.length;
  if (length > MOST_POINTS) {
    throw new RangeError(
      `plot(): ${what} has ${length} points, at most ${MOST_POINTS} can be drawn; take a .slice()`,
    );
  }
  return isTensor(line) ? [...line.toArray()] : Array.from(line, Number);
}

const isLine = (value: unknown): value is Line =>
  isTensor(value) || Array.isArray(value) || value instanceof Float32Array || value instanceof Float64Array;

/** Draws lines: plot(losses), plot({ train, valid }, { log: true }). */
export function plot(y: Line | Readonly<Record<string, Line>>, options: PlotOptions = {}): void {
  const named: [string, Line][] = isLine(y) ? [["", y]] : Object.entries(y);
  const series = named.map(([name, line]) => {
    if (!isLine(line)) throw new TypeError(`plot(): ${name} is neither a tensor nor an array of numbers`);
    const values = numbersOf(line, name === "" ? "the line" : name);
    const x = options.x === undefined ? values.map((_value, at) => at) : numbersOf(options.x, "x");
    if (x.length !== values.length) {
      throw new RangeError(
        `plot(): x has ${x.length} points, ${name === "" ? "the line" : name} ${values.length}`,
      );
    }
    return { name, x, y: values };
  });
  host.output(
    "chart",
    toJson({
      title: options.title ?? "",
      xLabel: options.xLabel ?? "",
      yLabel: options.yLabel ?? "",
      yScale: options.log === true ? "log" : "linear",
      series,
    }),
  );
}

const given = (x: Arg, method: string) => {
  if (isTensor(x)) return handleOf(x);
  throw new TypeError(`${method}(): expected a tensor`);
};

/** Draws how often which values occur. */
export const hist = (x: Tensor, { bins = 60, title = "" }: { bins?: number; title?: string } = {}): void => {
  host.histogram(given(x, "hist"), bins, title);
};
/** Shows grey images: (H, W), (N, H, W), or rows of pixels (N, H · W) that are square or `width` wide. */
export const image = (
  x: Tensor,
  { width = 0, title = "" }: { width?: number; title?: string } = {},
): void => {
  host.image(given(x, "image"), width, title);
};
/** Shows a matrix by colour. */
export const heat = (x: Tensor, { title = "" }: { title?: string } = {}): void => {
  host.heat(given(x, "heat"), title);
};
