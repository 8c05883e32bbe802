import { counted } from "../../core/counted.ts";
import { partText } from "../../shared/live/part-text.ts";
import type { CellOutput, ShownValue } from "../../shared/live/cell-output.ts";
import type { CellError } from "../../shared/live/cell-result.ts";
import type { CheckReport } from "../../shared/live/check-report.ts";
import { timingWarnings } from "../../shared/live/timing-warnings.ts";
import type { SourcePlace } from "../../shared/live/source-place.ts";
import { formatDuration } from "../../shared/format/duration.ts";
import { formatNumber, formatPercent, formatWithUnit } from "../../shared/format/number.ts";
import { textTable } from "./text-table.ts";

const placeText = ({ cell, line, column }: SourcePlace): string =>
  `cell ${cell}, line ${column === null ? line : `${line}:${column}`}`;

/** Grey values from dark to bright. */
const SHADES = " .:-=+*#%@";
const SHOWN_IMAGES = 2;
const SHOWN_BINS = 30;
const BAR = 40;
const WIDEST = 100;

function shownText({ value, unit, timing }: ShownValue): string {
  if (timing !== null) {
    const { medianMs, lowerQuartileMs, upperQuartileMs, samplesMs, threads, operations, method } = timing;
    const how =
      method === "program" ? counted(operations, "operation") : "by the clock, with the interpreter";
    return `${formatWithUnit(medianMs, "ms")} (quartiles ${formatWithUnit(lowerQuartileMs, "ms")} to ${formatWithUnit(upperQuartileMs, "ms")}, ${counted(samplesMs.length, "sample")}, ${counted(threads, "thread")}, ${how})`;
  }
  if (typeof value === "number") return formatWithUnit(value, unit);
  const text = typeof value === "string" ? value : `[${value.map((one) => formatNumber(one)).join(", ")}]`;
  return unit === "" ? text : `${text} ${unit}`;
}

/** Rows of numbers as characters: `values` from `lo` to `hi`. */
function shaded(values: readonly number[], columns: number, lo: number, hi: number): string {
  const last = SHADES.length - 1;
  const mark = (value: number): string => {
    if (!Number.isFinite(value)) return "?";
    return SHADES.charAt(hi > lo ? Math.round(((value - lo) / (hi - lo)) * last) : 0);
  };
  const lines: string[] = [];
  for (let at = 0; at < values.length; at += columns) {
    lines.push(
      values
        .slice(at, at + columns)
        .map(mark)
        .join(""),
    );
  }
  return lines.join("\n");
}

/** Columns by which a wide picture is thinned out to fit a terminal. */
function thinned(values: readonly number[], columns: number): { values: readonly number[]; columns: number } {
  const step = Math.ceil(columns / WIDEST);
  if (step === 1) return { values, columns };
  const kept = values.filter((_value, at) => {
    const row = Math.floor(at / columns);
    return row % step === 0 && (at % columns) % step === 0;
  });
  return { values: kept, columns: Math.ceil(columns / step) };
}

function chartText({ title, series, xLabel, yLabel }: Extract<CellOutput, { kind: "chart" }>): string {
  const rows = series.map(({ name, x, y }) => {
    const finite = y.filter(Number.isFinite);
    const ends = finite.length === 0 ? [NaN, NaN] : [Math.min(...finite), Math.max(...finite)];
    const values = [x[0], x.at(-1), y[0], y.at(-1), ...ends];
    const shown = values.map((value) => (value === undefined ? "" : formatNumber(value)));
    return [name, formatNumber(y.length), ...shown];
  });
  const [xs, ys] = [xLabel || "x", yLabel || "y"];
  const head = ["line", "points", `${xs} from`, "to", `first ${ys}`, "last", "lowest", "highest"];
  return `${title === "" ? "" : `${title}\n`}${textTable(head, rows)}`;
}

function histogramText({
  title,
  lo,
  hi,
  counts,
  elements,
  notFinite,
}: Extract<CellOutput, { kind: "histogram" }>): string {
  const joined = Math.ceil(counts.length / SHOWN_BINS);
  const width = (hi - lo) / counts.length;
  const bins = Array.from({ length: Math.ceil(counts.length / joined) }, (_value, at) => ({
    from: lo + at * joined * width,
    count: counts.slice(at * joined, (at + 1) * joined).reduce((total, count) => total + count, 0),
  }));
  const most = Math.max(1, ...bins.map(({ count }) => count));
  const rows = bins.map(({ from, count }) => [
    formatNumber(from),
    formatNumber(count),
    "#".repeat(Math.round((count / most) * BAR)),
  ]);
  const said = `${counted(elements, "element")} from ${formatNumber(lo)} to ${formatNumber(hi)}${notFinite === 0 ? "" : `, ${formatNumber(notFinite)} not finite`}`;
  return [title === "" ? said : `${title}: ${said}`, textTable(["from", "count", ""], rows)].join("\n");
}

function checkText(report: CheckReport): string {
  const { kind, passed, loss, gradients, proof, notes, operations, ms } = report;
  const rows = gradients.map(({ name, shape, verdict, relNorm, relMax, belowAtol, place }) => [
    name,
    `(${shape.join(", ")})`,
    verdict,
    formatNumber(relNorm),
    formatNumber(relMax),
    formatPercent(belowAtol),
    place === null ? "" : placeText(place),
  ]);
  const wrong = gradients.flatMap(({ name, reason, explanations, certain }) => {
    if (reason === "" && explanations.length === 0) return [];
    const one = certain || explanations.length < 2 ? "" : " One of these explains it:";
    return [
      `${name}: ${reason}${one}`,
      ...explanations.map(
        ({ text, place }) => `  ${name} ${text}${place === null ? "" : ` (${placeText(place)})`}`,
      ),
    ];
  });
  return [
    `${kind}: ${passed ? "passed" : "FAILED"}, loss ${formatNumber(loss)}, ${formatNumber(operations.forward)} of ${formatNumber(operations.recorded)} operations are the forward pass, ${formatDuration(ms)}`,
    textTable(
      ["gradient", "shape", "verdict", "‖a − b‖/‖b‖", "max|a − b|/max|b|", "below atol", "set at"],
      rows,
    ),
    ...wrong,
    `The float64 reference agrees with ${counted(proof.differences, "central difference")} to ${formatNumber(proof.worst, 2)}.`,
    ...notes,
  ].join("\n");
}

/** One output of a cell as text for a terminal or a file. */
export function cellOutputText(output: CellOutput): string {
  switch (output.kind) {
    case "text":
    case "value":
      return output.text;
    case "show":
      return [
        textTable(
          ["name", "value"],
          output.values.map((value) => [value.name, shownText(value)]),
        ),
        ...timingWarnings(output.values).map((warning) => `Warning: ${warning}`),
      ].join("\n");
    case "table":
      return textTable(
        output.columns,
        output.rows.map((row) =>
          row.map((value) => (typeof value === "number" ? formatNumber(value) : value)),
        ),
      );
    case "chart":
      return chartText(output);
    case "histogram":
      return histogramText(output);
    case "image": {
      const { title, images, lo, hi } = output;
      const said = `${title === "" ? "" : `${title}: `}${counted(images.length, "image")}, grey values from ${formatNumber(lo)} to ${formatNumber(hi)}`;
      const pictures = images.slice(0, SHOWN_IMAGES).map(({ values, columns }) => {
        const picture = thinned(values, columns);
        return shaded(picture.values, picture.columns, 0, 1);
      });
      return [said, ...pictures].join("\n");
    }
    case "heat": {
      const { title, shape, values, columns, lo, hi } = output;
      const said = `${title === "" ? "" : `${title}: `}(${shape.join(", ")}), from ${formatNumber(lo)} to ${formatNumber(hi)}`;
      const picture = thinned(values, columns);
      return [said, shaded(picture.values, picture.columns, lo, hi)].join("\n");
    }
    case "check":
      return checkText(output.report);
    case "activation":
    case "loss": {
      const { formulas, sentences } = partText(output);
      const { name, forward, backward } = output;
      const own = { name, forward, ...(backward === null ? {} : { backward }) };
      const spec =
        output.kind === "activation"
          ? `As a layer of a network's spec: ${JSON.stringify({ type: "own", ...own })}`
          : `In a network's spec: ${JSON.stringify({ loss: "own", ownLoss: own })}`;
      return [`${output.kind} ${formulas[0] ?? ""}`, ...formulas.slice(1), ...sentences, spec].join("\n  ");
    }
    case "layer": {
      const { formulas, sentences } = partText(output);
      const { name, layers, backward } = output;
      const own = { type: "ownLayer", name, layers, ...(backward === null ? {} : { backward }) };
      const spec = `As a layer of a network's spec: ${JSON.stringify(own)}`;
      return [`layer ${formulas[0] ?? ""}`, ...formulas.slice(1), ...sentences, spec].join("\n  ");
    }
    case "notice":
      return `note: ${output.text}${output.place === null ? "" : ` (${placeText(output.place)})`}`;
  }
}

/** Why a cell failed, with where. */
export function cellErrorText({ name, message, frames }: CellError): string {
  const lines = frames.map(
    (frame) => `  at ${placeText(frame)}${frame.function === "" ? "" : ` in ${frame.function}`}`,
  );
  return [`${name}: ${message}`, ...lines].join("\n");
}
