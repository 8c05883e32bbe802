import type { TracedTensor } from "../../shared/experiments/stepper.ts";
import { formatBytes, formatNumber, formatPercent, fullPrecision } from "../../shared/format/number.ts";
import { ExactText } from "../ui/exact-text.tsx";
import own from "./backward.module.css";

/** Up to so many values are written into their cells. */
const WRITTEN = { rows: 8, columns: 10 } as const;

/** A tensor after its step: shape, numbers, and its values as a map from negative over 0 to positive. */
export function TensorCard({ tensor, heading }: { readonly tensor: TracedTensor; readonly heading: string }) {
  const { name, formula, shape, bytes, mean, std, min, max, zeroShare } = tensor;
  const facts = [
    ["mean", mean],
    ["std", std],
    ["min", min],
    ["max", max],
  ] as const;
  return (
    <article className={own["tensor"]} aria-label={`${heading}: ${name}`}>
      <h4>
        <span className={own["quiet"]}>{heading}</span> <span className="mono">{name}</span>
        {formula !== "" && formula !== name && (
          <span className={`mono ${own["quiet"] ?? ""}`}> = {formula}</span>
        )}
      </h4>
      <dl className={own["facts"]}>
        <div>
          <dt className="visually-hidden">shape and size</dt>
          <dd className="mono">
            ({shape.join(", ")}) · {formatBytes(bytes)}
          </dd>
        </div>
        {facts.map(([label, value]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd>
              <ExactText text={formatNumber(value)} exact={fullPrecision(value)} />
            </dd>
          </div>
        ))}
        <div>
          <dt>zeros</dt>
          <dd>{formatPercent(zeroShare)}</dd>
        </div>
      </dl>
      <Values tensor={tensor} />
    </article>
  );
}

function Values({ tensor: { name, values: shown, min, max } }: { readonly tensor: TracedTensor }) {
  const { rows, columns, values } = shown;
  const largest = Math.max(Math.abs(min), Math.abs(max)) || 1;
  const part = (value: number): number =>
    Number.isFinite(value) ? Math.min(1, Math.abs(value) / largest) : 1;
  const note = shown.shown === "all values" ? "all values" : `${rows} × ${columns} of them`;
  if (rows <= WRITTEN.rows && columns <= WRITTEN.columns) {
    return (
      <div
        className={own["scroll"]}
        data-columns="chosen"
        tabIndex={0}
        role="region"
        aria-label={`Values of ${name}`}
      >
        <table className={own["values"]}>
          <caption className={own["quiet"]}>{note}</caption>
          <tbody>
            {Array.from({ length: rows }, (_, row) => (
              <tr key={row}>
                {Array.from({ length: columns }, (_, column) => {
                  const value = values[row * columns + column] ?? NaN;
                  return (
                    <td key={column} data-sign={value < 0 ? "negative" : "positive"}>
                      <ExactText text={formatNumber(value, 3)} exact={fullPrecision(value)} />
                    </td>
                  );
                })}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    );
  }
  return (
    <figure className={own["map"]}>
      <svg
        viewBox={`0 0 ${columns} ${rows}`}
        preserveAspectRatio="none"
        role="img"
        aria-label={`${note} of ${name}: from ${formatNumber(min)} to ${formatNumber(max)}`}
      >
        {values.map((value, at) => (
          <rect
            key={at}
            x={at % columns}
            y={Math.floor(at / columns)}
            width={1}
            height={1}
            data-sign={value < 0 ? "negative" : "positive"}
            opacity={part(value)}
          />
        ))}
      </svg>
      <figcaption className={own["quiet"]}>
        {note}; <span className={own["negative"]}>negative</span> to{" "}
        <span className={own["positive"]}>positive</span>, full at ±{formatNumber(largest, 3)}
      </figcaption>
    </figure>
  );
}
