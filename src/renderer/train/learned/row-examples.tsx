import { useMemo } from "react";
import type { Example, Learned } from "../../../shared/experiments/learned.ts";
import { pixelBytes } from "../../../shared/experiments/pixel-range.ts";
import { useAnswer } from "../../bridge/use-answer.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import classes from "./learned.module.css";
import { PixelImage } from "./pixel-image.tsx";

/** Columns of a row that are shown: those that its gradient says most of. */
const MOST_COLUMNS = 8;

/** Rows as they are, with what the network says of them and where it looks. */
export function RowExamples({
  learned,
  rows,
}: {
  readonly learned: Learned;
  readonly rows: readonly number[];
}) {
  const { runId, weights, classNames, layout, pixelRange } = learned;
  // Lists are made anew at every drawing; what they hold is not.
  const key = rows.join(",");
  const request = useMemo(
    () => ({ runId, weights, rows: key.split(",").map(Number) }),
    [runId, weights, key],
  );
  const answer = useAnswer(window.lab.learnedExamples, request, null, 0);
  if (answer.kind === "failed") return <p className={classes["quiet"]}>{answer.error.message}</p>;
  if (answer.kind === "none") return <p className={classes["quiet"]}>Reading the rows…</p>;
  const examples = answer.value;
  const nameOf = (label: number | undefined): string => classNames[label ?? -1] ?? String(label);
  const saidOf = ({ probabilities }: Example): string => {
    const largest = Math.max(...probabilities);
    return `${nameOf(probabilities.indexOf(largest))} ${formatNumber(100 * largest, 3)} %`;
  };
  if (layout !== null && pixelRange !== null) {
    return (
      <ul className={classes["images"]}>
        {examples.map((one) => (
          <li key={one.row}>
            <PixelImage
              values={pixelBytes(one.features, pixelRange)}
              layout={layout}
              label={`row ${one.row}: ${nameOf(one.targets[0])}`}
            />
            <PixelImage values={one.saliency} layout={layout} label={`row ${one.row}: its own gradient`} />
            <span title={`row ${one.row}: ${nameOf(one.targets[0])}, said: ${saidOf(one)}`}>
              {nameOf(one.targets[0])} →{" "}
              {one.probabilities.length > 0 ? saidOf(one) : formatNumber(one.outputs[0] ?? NaN)}
            </span>
          </li>
        ))}
      </ul>
    );
  }
  return (
    <table className={classes["bars"]}>
      <thead>
        <tr>
          <th scope="col">row</th>
          <th scope="col">is</th>
          <th scope="col">said</th>
          <th scope="col">values that count most, by the loss's slope</th>
        </tr>
      </thead>
      <tbody>
        {examples.map((one) => (
          <tr key={one.row}>
            <th scope="row">{one.row}</th>
            <td>{nameOf(one.targets[0])}</td>
            <td>{saidOf(one)}</td>
            <td>{strongest(one, learned.featureNames)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function strongest({ features, saliency }: Example, names: readonly string[]): string {
  return Array.from(features, (value, i) => ({ value, i, size: Math.abs(saliency[i] ?? 0) }))
    .sort((one, other) => other.size - one.size)
    .slice(0, MOST_COLUMNS)
    .map(({ value, i }) => `${names[i] ?? `feature ${i + 1}`} ${formatNumber(value, 4)}`)
    .join(", ");
}
