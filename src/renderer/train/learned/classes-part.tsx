import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import { counted } from "../../../core/counted.ts";
import type { ConfusionCell, Learned } from "../../../shared/experiments/learned.ts";
import { ChartFigure } from "../../charts/kit/chart-figure.tsx";
import { HeatMap } from "../../charts/kit/heat-map.tsx";
import { formatNumber } from "../../../shared/format/number.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { accuracyFigure, calibrationFigure, confusionMap, mistaken } from "./class-figures.ts";
import classes from "./learned.module.css";
import { RowExamples } from "./row-examples.tsx";

/** More classes than this have no matrix: the largest confusions are a table instead. */
const MOST_MAPPED = 100;
const MOST_LISTED = 16;
const MOST_IN_TABLE = 20;
const MOST_ROWS = 12;

/** A cell of the matrix, also one that has no rows. */
type Pair = Pick<ConfusionCell, "label" | "predicted">;
const isPair = (one: Pair, other: Pair | null): boolean =>
  one.label === other?.label && one.predicted === other.predicted;

/** Of a classifier: confusion with the rows behind it, accuracy by class, calibration. */
export function ClassesPart({ learned }: { readonly learned: Learned }) {
  const { classNames, confusion, mistakes, calibration } = learned;
  const [opened, setOpened] = useState<Pair | null>(null);
  const mapped = classNames.length <= MOST_MAPPED;
  const frequent = useMemo(() => mistaken(confusion), [confusion]);
  const map = useMemo(() => (mapped ? confusionMap(learned) : null), [mapped, learned]);
  const accuracy = useMemo(() => accuracyFigure(learned), [learned]);
  const calibrated = useMemo(
    () => (calibration === null ? null : calibrationFigure(calibration)),
    [calibration],
  );
  const toggle = (pair: Pair): void => setOpened(isPair(pair, opened) ? null : pair);
  return (
    <>
      <div className={classes["parts"]}>
        {map === null ? (
          <LargestConfusions learned={learned} frequent={frequent} opened={opened} onToggle={toggle} />
        ) : (
          <section className={classes["part"]} aria-label="Confusion matrix">
            <HeatMap
              data={map}
              log
              action={{
                what: "the rows behind it",
                opened: opened === null ? null : { row: opened.label, column: opened.predicted },
                onOpen: ({ row, column }) => toggle({ label: row, predicted: column }),
              }}
            />
          </section>
        )}
        <section className={classes["part"]} aria-label="Accuracy by class">
          <ChartFigure figure={accuracy} />
        </section>
      </div>
      {map !== null && frequent.length > 0 && (
        <section className={classes["part"]} aria-label="Mistaken classes">
          <h3>Mistaken most often</h3>
          <div className={classes["row"]}>
            {frequent.slice(0, MOST_LISTED).map((one) => (
              <Button
                key={`${one.label} ${one.predicted}`}
                variant={isPair(one, opened) ? "filled" : "default"}
                size="compact-xs"
                aria-pressed={isPair(one, opened)}
                onClick={() => toggle(one)}
              >
                {classNames[one.label]} → {classNames[one.predicted]}: {formatNumber(one.count)}
              </Button>
            ))}
          </div>
        </section>
      )}
      {opened !== null && <OpenedCell learned={learned} opened={opened} />}
      <section className={classes["part"]} aria-label="Worst mistakes">
        <h3>Worst mistakes</h3>
        {mistakes.length === 0 ? (
          <p>There is none.</p>
        ) : (
          <RowExamples learned={learned} rows={mistakes.slice(0, 16).map(({ row }) => row)} />
        )}
      </section>
      {calibrated !== null && (
        <section className={classes["part"]} aria-label="Calibration">
          <ChartFigure figure={calibrated} />
        </section>
      )}
    </>
  );
}

/** The rows behind a cell, right ones too. */
function OpenedCell({ learned, opened }: { readonly learned: Learned; readonly opened: Pair }) {
  const { classNames, confusion, split } = learned;
  const [label, predicted] = [classNames[opened.label], classNames[opened.predicted]];
  const { count, rows } = confusion.find((one) => isPair(one, opened)) ?? { count: 0, rows: [] };
  const shown = rows.slice(0, MOST_ROWS);
  const words = label === predicted ? `${label}, right` : `${label} → ${predicted}`;
  const which = split === "train" ? "training row" : "validation row";
  return (
    <section className={classes["part"]} aria-label="Rows of the cell">
      <h3>
        {words}: {counted(count, which)}
        {shown.length < count ? `, the first ${shown.length}` : ""}
      </h3>
      {shown.length === 0 ? (
        <p>No row of this class was taken for that one.</p>
      ) : (
        <RowExamples learned={learned} rows={shown} key={`${opened.label} ${opened.predicted}`} />
      )}
    </section>
  );
}

interface LargestConfusionsProps {
  readonly learned: Learned;
  readonly frequent: readonly ConfusionCell[];
  readonly opened: Pair | null;
  readonly onToggle: (pair: Pair) => void;
}

/** What stands for the matrix where it would have too many cells to be looked at. */
function LargestConfusions({ learned: { classNames }, frequent, opened, onToggle }: LargestConfusionsProps) {
  const shown = frequent.slice(0, MOST_IN_TABLE);
  return (
    <section className={classes["part"]} aria-label="Largest confusions">
      <h3>Largest confusions</h3>
      <p className={classes["quiet"]}>
        A matrix is drawn up to {MOST_MAPPED} classes; this data has {formatNumber(classNames.length)}.{" "}
        {frequent.length === 0
          ? "Nothing is mistaken."
          : `The ${formatNumber(shown.length)} most frequent of ${counted(frequent.length, "pair")} that were mistaken:`}
      </p>
      {shown.length > 0 && (
        <DataTable label="Mistaken pairs of classes">
          <thead>
            <tr>
              <th scope="col">Class</th>
              <th scope="col">Predicted</th>
              <th scope="col" data-numeric="true">
                Rows
              </th>
              <th scope="col">Look</th>
            </tr>
          </thead>
          <tbody>
            {shown.map((one) => (
              <tr key={`${one.label} ${one.predicted}`}>
                <td>{classNames[one.label]}</td>
                <td>{classNames[one.predicted]}</td>
                <td data-numeric="true">{formatNumber(one.count)}</td>
                <td>
                  <Button
                    variant={isPair(one, opened) ? "filled" : "default"}
                    size="compact-xs"
                    aria-pressed={isPair(one, opened)}
                    aria-label={`Rows of ${classNames[one.label]} → ${classNames[one.predicted]}`}
                    onClick={() => onToggle(one)}
                  >
                    Rows
                  </Button>
                </td>
              </tr>
            ))}
          </tbody>
        </DataTable>
      )}
    </section>
  );
}
