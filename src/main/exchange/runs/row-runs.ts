import type { Quantities } from "../../../shared/runs/run-records.ts";
import type { ForeignHead, ForeignPoint } from "./foreign-run.ts";

/** A row of a table or a line of JSON, by its columns. */
export type Row = Readonly<Record<string, unknown>>;

/** Columns by what other tools call them; small letters. */
const STEP = ["step", "_step", "global_step", "trainer/global_step", "iteration", "iter", "batch"];
const EPOCH = ["epoch"];
const SECONDS = ["_timestamp", "timestamp", "time", "wall_time", "wall time", "walltime"];
const RUN = ["run", "run_id", "run_name", "run name", "runname"];
const METRIC = ["metric", "tag", "key", "metric_name"];
const IGNORED = [
  "id",
  "_runtime",
  "wall_ms",
  "relative time (process)",
  "relative time (wall)",
  "created_at",
];
const MOST_DEPTH = 4;

/** What the columns of a table mean. */
export interface RowColumns {
  readonly step: string | null;
  readonly epoch: string | null;
  readonly time: string | null;
  readonly run: string | null;
  /** Of a long table: a row names its metric and holds its value. */
  readonly metric: string | null;
  readonly value: string | null;
}

/** Understands column names. */
export function columnsOf(names: readonly string[], step: string | null = null): RowColumns {
  const first = (known: readonly string[]): string | null =>
    known.flatMap((name) => names.find((one) => one.trim().toLowerCase() === name) ?? [])[0] ?? null;
  const [metric, value] = [first(METRIC), first(["value"])];
  const long = metric !== null && value !== null;
  const given = step ?? first(STEP) ?? first(EPOCH);
  const epoch = first(EPOCH);
  return {
    step: given !== null && names.includes(given) ? given : null,
    epoch: epoch === given ? null : epoch,
    time: first(SECONDS),
    run: first(RUN),
    metric: long ? metric : null,
    value: long ? value : null,
  };
}

const WORDS: Readonly<Record<string, number>> = {
  nan: NaN,
  inf: Infinity,
  infinity: Infinity,
  "-inf": -Infinity,
  "-infinity": -Infinity,
};

/** A number, also as text; null where it is none. */
export function numberOf(value: unknown): number | null {
  if (typeof value === "number") return value;
  if (typeof value === "boolean") return Number(value);
  if (typeof value !== "string") return null;
  const text = value.trim();
  if (text === "") return null;
  const number = Number(text);
  return Number.isNaN(number) ? (WORDS[text.toLowerCase()] ?? null) : number;
}

/** Unix milliseconds of seconds, milliseconds or an ISO time; null where it is none. */
export function timeOf(value: unknown): number | null {
  const number = numberOf(value);
  if (number === null) {
    const parsed = typeof value === "string" ? Date.parse(value) : NaN;
    return Number.isNaN(parsed) ? null : parsed;
  }
  if (!Number.isFinite(number) || number <= 0) return null;
  // Seconds of this century have ten digits, milliseconds thirteen.
  return number > 1e11 ? number : 1000 * number;
}

/** Objects within objects as train/loss; what is deeper than four levels is left out. */
export function flatRow(row: Row, prefix = "", depth = 0): Record<string, unknown> {
  const flat: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(row)) {
    const name = `${prefix}${key}`;
    if (typeof value === "object" && value !== null && !Array.isArray(value)) {
      if (depth < MOST_DEPTH) Object.assign(flat, flatRow(value as Row, `${name}/`, depth + 1));
    } else if (key !== "__proto__") flat[name] = value;
  }
  return flat;
}

/** The points of one row, and which run it belongs to; a reason in words where it has no step. */
export function pointsOfRow(
  row: Row,
  columns: RowColumns,
): { readonly run: string; readonly points: readonly ForeignPoint[] } | string {
  const { step: stepColumn, epoch: epochColumn, time, run, metric, value } = columns;
  const step = stepColumn === null ? null : numberOf(row[stepColumn]);
  if (step === null || !Number.isSafeInteger(step) || step < 0) {
    return `its ${stepColumn ?? "step"} is ${JSON.stringify(row[stepColumn ?? "step"] ?? null)}, no whole number from 0`;
  }
  const timeMs = time === null ? null : timeOf(row[time]);
  const epoch = epochColumn === null ? null : numberOf(row[epochColumn]);
  const point = (name: string, number: number): ForeignPoint => ({
    name,
    step,
    value: number,
    timeMs,
    epoch,
  });
  const named = run === null ? "" : textOf(row[run]);
  if (metric !== null && value !== null) {
    const number = numberOf(row[value]);
    // The lab writes a value that is no number as an empty field.
    const read = number ?? (row[value] === "" || row[value] === null ? NaN : null);
    const name = textOf(row[metric]);
    return { run: named, points: read === null || name === "" ? [] : [point(name, read)] };
  }
  const special = [stepColumn, epochColumn, time, run];
  const points = Object.entries(row).flatMap(([name, field]): ForeignPoint[] => {
    if (special.includes(name) || IGNORED.includes(name.trim().toLowerCase()) || name.trim() === "")
      return [];
    if (typeof field === "boolean") return [];
    const number = numberOf(field);
    return number === null ? [] : [point(name, number)];
  });
  return { run: named, points };
}

const textOf = (value: unknown): string =>
  typeof value === "string" || typeof value === "number" ? String(value) : "";

/** Settings as a run's config holds them: what is no number, text or flag is written as JSON. */
export function configOf(given: unknown): Quantities {
  if (typeof given !== "object" || given === null || Array.isArray(given)) return {};
  return Object.fromEntries(
    Object.entries(flatRow(given as Row))
      // W&B's own, and its {"value": …} around each setting.
      .filter(([name]) => !name.startsWith("_wandb"))
      .map(([name, value]): [string, number | string | boolean] => [
        name.replace(/\/value$/, "").slice(0, 200),
        typeof value === "number" || typeof value === "boolean"
          ? value
          : (typeof value === "string" ? value : JSON.stringify(value ?? null)).slice(0, 2_000),
      ])
      .slice(0, 500),
  );
}

/** Collects points run by run. */
export class RowRuns {
  readonly #heads = new Map<string, ForeignHead>();
  readonly #points = new Map<string, ForeignPoint[]>();
  readonly #key: string;
  readonly #fallback: string;
  #count = 0;

  constructor(key: string, fallback: string) {
    this.#key = key;
    this.#fallback = fallback;
  }

  get count(): number {
    return this.#count;
  }

  /** What a source says of a run, before its points. */
  describe(run: string, said: Partial<ForeignHead>): void {
    this.#heads.set(run, { ...this.headOf(run), ...said });
  }

  headOf(run: string): ForeignHead {
    return (
      this.#heads.get(run) ?? {
        key: `${this.#key} ${run}`,
        name: run === "" ? this.#fallback : run,
        config: {},
        startedMs: null,
      }
    );
  }

  add(run: string, points: readonly ForeignPoint[]): void {
    const kept = this.#points.get(run) ?? [];
    kept.push(...points);
    this.#points.set(run, kept);
    this.#count += points.length;
  }

  /** Everything so far, once. */
  *take(): Generator<{ head: ForeignHead; points: readonly ForeignPoint[]; histograms: []; texts: [] }> {
    for (const [run, points] of this.#points) {
      const head = this.headOf(run);
      const [first] = points;
      yield {
        head: { ...head, startedMs: head.startedMs ?? first?.timeMs ?? null },
        points,
        histograms: [],
        texts: [],
      };
    }
    this.#points.clear();
    this.#count = 0;
  }
}
