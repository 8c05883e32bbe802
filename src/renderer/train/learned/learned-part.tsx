import { Button, NativeSelect } from "@mantine/core";
import { Eye, Save } from "lucide-react";
import { useMemo, useState } from "react";
import type { Learned, WeightsChoice } from "../../../shared/experiments/learned.ts";
import { ask } from "../../bridge/lab.ts";
import { ChartFigure } from "../../charts/kit/chart-figure.tsx";
import { HeatMap, type HeatMapData } from "../../charts/kit/heat-map.tsx";
import { formatNumber } from "../../format/number.ts";
import { useStore } from "../../store/create-store.ts";
import { labStore } from "../../store/lab-store.ts";
import { saveWeights } from "../../store/save.ts";
import { inspectTraining, learnedStore } from "../training-actions.ts";
import { DigitPad } from "./digit-pad.tsx";
import { embeddingFigure } from "./embedding-figure.ts";
import classes from "./learned.module.css";
import { PixelImage } from "./pixel-image.tsx";

const WEIGHTS = [
  { value: "final", label: "weights at the end" },
  { value: "best", label: "weights of the lowest validation loss" },
  { value: "latest", label: "weights where it was cut short" },
] as const satisfies readonly { value: WeightsChoice; label: string }[];

/** What a training's network has learned; asked for when the person wants it. */
export function LearnedPart({ runId, cutShort }: { readonly runId: string; readonly cutShort: boolean }) {
  const [weights, setWeights] = useState<WeightsChoice>(cutShort ? "latest" : "final");
  const choices = WEIGHTS.filter(({ value }) => value !== (cutShort ? "final" : "latest"));
  const learned = useStore(learnedStore);
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  const shown = learned?.runId === runId && learned.weights === weights ? learned : null;
  return (
    <section className={classes["learned"]} aria-label="What it learned">
      <div className={classes["row"]}>
        <h2>What it learned</h2>
        <NativeSelect
          size="xs"
          aria-label="Weights to look at"
          value={weights}
          data={choices.map((choice) => ({ ...choice }))}
          onChange={(event) => {
            const chosen = WEIGHTS.find(({ value }) => value === event.currentTarget.value);
            if (chosen !== undefined) setWeights(chosen.value);
          }}
        />
        <Button
          size="xs"
          leftSection={<Eye size="0.875rem" aria-hidden="true" />}
          disabled={busy}
          onClick={() => void inspectTraining(runId, weights)}
        >
          {shown === null ? "Look at it" : "Look again"}
        </Button>
        <Button
          variant="default"
          size="xs"
          leftSection={<Save size="0.875rem" aria-hidden="true" />}
          onClick={() =>
            void saveWeights(ask(window.lab.learnedSaveWeights({ runId, weights, format: "safetensors" })))
          }
        >
          Save as .safetensors
        </Button>
        <Button
          variant="default"
          size="xs"
          onClick={() =>
            void saveWeights(ask(window.lab.learnedSaveWeights({ runId, weights, format: "npy" })))
          }
        >
          Save as .npy folder
        </Button>
      </div>
      {shown !== null && (
        <>
          <Inspected learned={shown} />
          <DigitPad runId={runId} weights={weights} />
        </>
      )}
    </section>
  );
}

function Inspected({ learned }: { readonly learned: Learned }) {
  const { confusion, mistakes, firstLayer, firstLayerUnits, embedding, embeddingNote, rows, split, step } =
    learned;
  const counts = confusion.map((row) => row.reduce((sum, count) => sum + count, 0));
  const right = confusion.reduce((sum, row, label) => sum + (row[label] ?? 0), 0);
  const figure = useMemo(() => (embedding === null ? null : embeddingFigure(embedding)), [embedding]);
  const map = useMemo(() => confusionMap(confusion), [confusion]);
  return (
    <>
      <p>
        After step {formatNumber(step)}: <strong>{formatNumber((100 * right) / rows)} %</strong> of{" "}
        {formatNumber(rows)} {split === "train" ? "training" : "validation"} rows are right.
      </p>
      <div className={classes["parts"]}>
        <section className={classes["part"]} aria-label="Confusion matrix">
          <HeatMap data={map} log />
        </section>
        <section className={classes["part"]} aria-label="Accuracy by digit">
          <h3>Accuracy by digit</h3>
          <table className={classes["bars"]}>
            <tbody>
              {confusion.map((row, label) => {
                const accuracy = (row[label] ?? 0) / Math.max(1, counts[label] ?? 0);
                return (
                  <tr key={label}>
                    <th scope="row">{label}</th>
                    <td>
                      <span className={classes["bar"]} style={{ width: `${100 * accuracy}%` }} />
                    </td>
                    <td data-numeric="true">{formatNumber(100 * accuracy, 4)} %</td>
                    <td data-numeric="true">of {formatNumber(counts[label] ?? 0)}</td>
                  </tr>
                );
              })}
            </tbody>
          </table>
        </section>
      </div>
      <section className={classes["part"]} aria-label="Worst mistakes">
        <h3>Worst mistakes</h3>
        {mistakes.length === 0 && <p>There is none.</p>}
        <ul className={classes["images"]}>
          {mistakes.map(({ row, label, predicted, probability, loss, pixels }) => (
            <li key={row}>
              <PixelImage values={pixels} label={`row ${row}: a ${label}, taken for a ${predicted}`} />
              <span
                title={`row ${row}, loss ${formatNumber(loss)}, share of ${label}: ${formatNumber(probability)}`}
              >
                {label} → {predicted}
              </span>
            </li>
          ))}
        </ul>
      </section>
      {firstLayer.length > 0 && (
        <section className={classes["part"]} aria-label="First layer">
          <h3>First layer's weights</h3>
          <p className={classes["quiet"]}>
            {firstLayer.length < firstLayerUnits
              ? `${firstLayer.length} of ${firstLayerUnits} units`
              : `${firstLayerUnits} units`}
            ; blue below 0, orange above, each on its own scale
          </p>
          <ul className={classes["images"]}>
            {firstLayer.map((values, unit) => (
              <li key={unit}>
                <PixelImage values={values} label={`weights into unit ${unit + 1}`} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {figure === null ? (
        <p className={classes["quiet"]}>No map of the last hidden layer: {embeddingNote}</p>
      ) : (
        <section className={classes["part"]}>
          <ChartFigure figure={figure} />
        </section>
      )}
    </>
  );
}

function confusionMap(confusion: readonly (readonly number[])[]): HeatMapData {
  const wrong = confusion.flatMap((row, label) =>
    row
      .map((count, predicted) => ({ label, predicted, count }))
      .filter((cell) => cell.label !== cell.predicted),
  );
  const most = wrong.reduce((largest, one) => (one.count > largest.count ? one : largest), {
    label: 0,
    predicted: 0,
    count: 0,
  });
  return {
    title: "Confusion matrix",
    summary: `Rows are digits, columns what the network said. Most often mistaken: ${most.label} for ${most.predicted}, ${most.count} times.`,
    note: `rows: the digit; columns: what the network said; most often ${most.label} → ${most.predicted}, ${most.count} times`,
    rows: confusion.length,
    columns: confusion.length,
    values: confusion.flat(),
    rowLabel: (row) => String(row),
    columnLabel: (column) => String(column),
    labelled: true,
    rowAxis: "digit",
    columnAxis: "predicted",
  };
}
