import { grouped, significant } from "../grouped.ts";

/** A value under a name, as cells measure and expect it. */
export type Quantity = number | string | boolean | readonly number[];
export type QuantityRecord = Readonly<Record<string, Quantity>>;

/** `measured`: shown beside the notebook's number, not judged, as the time on another machine. */
export type VerdictKind = "exact" | "in band" | "differs" | "failed" | "measured";

export interface Judgement {
  readonly verdict: VerdictKind;
  readonly reason: string;
}

/** What a judge may know besides the numbers. */
export interface JudgeContext {
  /** Whether all 50,000 training rows were used: only then the notebook's data numbers can come out. */
  readonly allRows: boolean;
}

export type Judge = (measured: QuantityRecord, context: JudgeContext) => Judgement;

/** A random number is judged by the band its draws fall into: centre ± halfWidth. */
export interface Band {
  readonly key: string;
  readonly centre: number;
  readonly halfWidth: number;
}

const numberAt = (measured: QuantityRecord, key: string): number => {
  const value = measured[key];
  return typeof value === "number" ? value : NaN;
};

const digits = (value: number): string => significant(value, 4);
/** Counts have all their digits. */
const printed = (value: number): string => (Number.isInteger(value) ? grouped(value) : digits(value));

/** Equal to the notebook's printed digits: |measured − expected| ≤ tolerance for every key. */
export function exactly(expected: Readonly<Record<string, number>>, tolerance: number, what: string): Judge {
  return (measured, { allRows }) => {
    const wrong = Object.entries(expected).filter(
      ([key, value]) => !(Math.abs(numberAt(measured, key) - value) <= tolerance),
    );
    if (wrong.length === 0) return { verdict: "exact", reason: what };
    const [[key, value] = ["", NaN]] = wrong;
    const difference = `${key} is ${printed(numberAt(measured, key))}, the notebook has ${printed(value)}`;
    return {
      verdict: "differs",
      reason: allRows ? difference : `${difference}: the notebook's number needs all 50,000 rows`,
    };
  };
}

/** Inside every band. The reason names the band, so that the reader can judge for himself. */
export function within(bands: readonly Band[], draws: string): Judge {
  return (measured) => {
    const outside = bands.find(({ key, centre, halfWidth }) => {
      return !(Math.abs(numberAt(measured, key) - centre) <= halfWidth);
    });
    const list = bands
      .map(({ key, centre, halfWidth }) => `${key} ${digits(centre)} ± ${halfWidth.toPrecision(2)}`)
      .join(", ");
    if (outside === undefined) return { verdict: "in band", reason: `${draws}: ${list}` };
    return {
      verdict: "differs",
      reason: `${outside.key} ${digits(numberAt(measured, outside.key))} is outside ${list} (${draws})`,
    };
  };
}

/** Every judge must agree; the first that does not decides, else the last one's verdict with all reasons. */
export function allOf(...judges: readonly Judge[]): Judge {
  return (measured, context) => {
    const judgements = judges.map((judge) => judge(measured, context));
    const bad = judgements.find(({ verdict }) => verdict === "differs" || verdict === "failed");
    if (bad !== undefined) return bad;
    const last = judgements.at(-1) ?? { verdict: "measured" as const, reason: "" };
    return { verdict: last.verdict, reason: judgements.map(({ reason }) => reason).join("; ") };
  };
}

/** An assertion of the notebook: it holds or the cell has failed. */
export function asserted(holds: (measured: QuantityRecord) => boolean, what: string): Judge {
  return (measured) =>
    holds(measured)
      ? { verdict: "exact", reason: `the assertion holds: ${what}` }
      : { verdict: "failed", reason: `the assertion does not hold: ${what}` };
}

/** A time: this machine's beside the notebook's, as a ratio, never judged. */
export function timed(key: string, notebookMs: number): Judge {
  return (measured, { allRows }) => {
    const ratio = notebookMs / numberAt(measured, key);
    const comparison = ratio >= 1 ? `${digits(ratio)} × faster than` : `${digits(1 / ratio)} × slower than`;
    const rows = allRows ? "" : ", on fewer rows";
    return {
      verdict: "measured",
      reason: `a time is not judged: ${comparison} the notebook's machine (one unwarmed call there)${rows}`,
    };
  };
}

/** All five gradients pass every check of the stage. */
export function checksPassed(tensors: number): Judge {
  return (measured) => {
    const passed = numberAt(measured, "passed");
    return passed === tensors
      ? { verdict: "exact", reason: `${tensors} of ${tensors} gradients pass every check` }
      : {
          verdict: "failed",
          reason: `only ${passed} of ${tensors} gradients pass; the table names the tensor and the measure`,
        };
  };
}
