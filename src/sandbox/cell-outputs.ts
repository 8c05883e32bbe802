import * as v from "valibot";
import { minMaxIndices } from "../core/decimate.ts";
import { cellOutputSchema, type CellOutput } from "../shared/live/cell-output.ts";
import { GuestError } from "./guest-error.ts";

/** What one cell may show. */
const MOST_BYTES = 1_000_000;
const MOST_CHARTS = 50;
/** Points of a line that are drawn. */
const MOST_POINTS = 2_000;
/** What the language may say itself; pictures and reports are made on this side. */
const SPOKEN: ReadonlySet<string> = new Set(["text", "value", "show", "chart"]);

const CHARTS: ReadonlySet<string> = new Set(["chart", "histogram", "image", "heat"]);

const numberInObject = v.object({ number: v.picklist(["NaN", "Infinity", "-Infinity"]) });

/** Numbers that JSON has no word for come as text in an object. */
function spokenOf(json: string): object {
  const value: unknown = JSON.parse(json, (_key, inner: unknown) => {
    const found = v.safeParse(numberInObject, inner);
    return found.success ? Number(found.output.number) : inner;
  });
  return typeof value === "object" && value !== null ? value : {};
}

/** A line with its extremes, and no more points than can be seen. */
function thinned(series: { name: string; x: number[]; y: number[] }): {
  name: string;
  x: number[];
  y: number[];
} {
  if (series.y.length <= MOST_POINTS) return series;
  const kept = minMaxIndices(Float64Array.from(series.y), 0, series.y.length, MOST_POINTS / 2);
  return {
    name: series.name,
    x: kept.map((at) => series.x[at] ?? NaN),
    y: kept.map((at) => series.y[at] ?? NaN),
  };
}

/** Passes on what a cell shows, text and charts each up to a limit; then one notice instead of all the rest. */
export class CellOutputs {
  readonly #tell: (output: CellOutput) => void;
  #bytes = 0;
  #charts = 0;

  constructor(tell: (output: CellOutput) => void) {
    this.#tell = tell;
  }

  /** A cell begins. */
  reset(): void {
    this.#bytes = 0;
    this.#charts = 0;
  }

  /** What the language says in JSON. @throws {GuestError} If it is not what it says it is. */
  speak(kind: string, json: string): void {
    if (json.length > 8 * MOST_BYTES) {
      this.#countText(json.length);
      return;
    }
    const parsed = v.safeParse(cellOutputSchema, { ...spokenOf(json), kind });
    if (!SPOKEN.has(kind) || !parsed.success)
      throw new GuestError("TypeError", `${kind}: not what can be shown`);
    this.add(parsed.output);
  }

  add(output: CellOutput): void {
    const shown = output.kind === "chart" ? { ...output, series: output.series.map(thinned) } : output;
    const fits = CHARTS.has(shown.kind) ? this.#countChart() : this.#countText(JSON.stringify(shown).length);
    if (fits) this.#tell(shown);
  }

  #countChart(): boolean {
    this.#charts++;
    if (this.#charts === MOST_CHARTS + 1) this.#notice(`more than ${MOST_CHARTS} charts`);
    return this.#charts <= MOST_CHARTS;
  }

  /** Text is left out from the first one on that does not fit. */
  #countText(bytes: number): boolean {
    const before = this.#bytes;
    this.#bytes += bytes;
    if (before <= MOST_BYTES && this.#bytes > MOST_BYTES)
      this.#notice(`more than ${MOST_BYTES / 1e6} MB of text`);
    return this.#bytes <= MOST_BYTES;
  }

  #notice(what: string): void {
    this.#tell({ kind: "notice", text: `The cell shows ${what}; the rest is left out.`, place: null });
  }
}
