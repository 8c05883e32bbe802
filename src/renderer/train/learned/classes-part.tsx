import { Button } from "@mantine/core";
import { useMemo, useState } from "react";
import type { ConfusionCell, Learned } from "../../../shared/experiments/learned.ts";
import { HeatMap, type HeatMapData } from "../../charts/kit/heat-map.tsx";
import { formatNumber } from "../../format/number.ts";
import classes from "./learned.module.css";
import { RowExamples } from "./row-examples.tsx";

/** More cells than this are a list of the most frequent ones only. */
const MOST_MAPPED = 100;
const MOST_LISTED = 16;

/** Of a classifier: confusion with the rows behind it, accuracy by class, calibration. */
export function ClassesPart({ learned }: { readonly learned: Learned }) {
  const { classNames, confusion, mistakes, calibration } = learned;
  const [cell, setCell] = useState<ConfusionCell | null>(null);
  const nameOf = (label: number): string => classNames[label] ?? String(label);
  const map = useMemo(() => confusionMap(learned), [learned]);
  const frequent = confusion
    .filter(({ label, predicted }) => label !== predicted)
    .sort((one, other) => other.count - one.count)
    .slice(0, MOST_LISTED);
  const counts = classNames.map((_, label) => {
    const own = confusion.filter((one) => one.label === label);
    return {
      all: own.reduce((sum, { count }) => sum + count, 0),
      right: own.find(({ predicted }) => predicted === label)?.count ?? 0,
    };
  });
  return (
    <>
      <div className={classes["parts"]}>
        {classNames.length <= MOST_MAPPED && (
          <section className={classes["part"]} aria-label="Confusion matrix">
            <HeatMap data={map} log />
          </section>
        )}
        <section className={classes["part"]} aria-label="Accuracy by class">
          <h3>Accuracy by class</h3>
          <table className={classes["bars"]}>
            <tbody>
              {counts.map(({ all, right }, label) => (
                <tr key={label}>
                  <th scope="row">{nameOf(label)}</th>
                  <td>
                    <span
                      className={classes["bar"]}
                      style={{ width: `${(100 * right) / Math.max(1, all)}%` }}
                    />
                  </td>
                  <td data-numeric="true">{formatNumber((100 * right) / Math.max(1, all), 4)} %</td>
                  <td data-numeric="true">of {formatNumber(all)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </div>
      {frequent.length > 0 && (
        <section className={classes["part"]} aria-label="Mistaken classes">
          <h3>Mistaken most often</h3>
          <div className={classes["row"]}>
            {frequent.map((one) => (
              <Button
                key={`${one.label} ${one.predicted}`}
                variant={one === cell ? "filled" : "default"}
                size="compact-xs"
                aria-pressed={one === cell}
                onClick={() => setCell(one === cell ? null : one)}
              >
                {nameOf(one.label)} → {nameOf(one.predicted)}: {formatNumber(one.count)}
              </Button>
            ))}
          </div>
          {cell !== null && (
            <RowExamples
              learned={learned}
              rows={cell.rows.slice(0, 12)}
              key={`${cell.label} ${cell.predicted}`}
            />
          )}
        </section>
      )}
      <section className={classes["part"]} aria-label="Worst mistakes">
        <h3>Worst mistakes</h3>
        {mistakes.length === 0 ? (
          <p>There is none.</p>
        ) : (
          <RowExamples learned={learned} rows={mistakes.slice(0, 16).map(({ row }) => row)} />
        )}
      </section>
      {calibration !== null && (
        <section className={classes["part"]} aria-label="Calibration">
          <h3>Calibration</h3>
          <p className={classes["quiet"]}>
            Of the rows that were given a probability, so many are right; expected calibration error{" "}
            {formatNumber(100 * calibration.error)} %
          </p>
          <table className={classes["bars"]}>
            <thead>
              <tr>
                <th scope="col">probability</th>
                <th scope="col">right</th>
                <th scope="col" data-numeric="true">
                  share
                </th>
                <th scope="col" data-numeric="true">
                  rows
                </th>
              </tr>
            </thead>
            <tbody>
              {calibration.bins.map(({ count, probability, accuracy }, index) =>
                count === 0 ? null : (
                  <tr key={index}>
                    <th scope="row">{formatNumber(100 * probability, 3)} %</th>
                    <td>
                      <span className={classes["bar"]} style={{ width: `${100 * accuracy}%` }} />
                    </td>
                    <td data-numeric="true">{formatNumber(100 * accuracy, 3)} %</td>
                    <td data-numeric="true">{formatNumber(count)}</td>
                  </tr>
                ),
              )}
            </tbody>
          </table>
        </section>
      )}
    </>
  );
}

function confusionMap({ classNames, confusion }: Learned): HeatMapData {
  const size = classNames.length;
  const values = new Array<number>(size * size).fill(0);
  let most: ConfusionCell | null = null;
  for (const cell of confusion) {
    values[cell.label * size + cell.predicted] = cell.count;
    if (cell.label !== cell.predicted && cell.count > (most?.count ?? 0)) most = cell;
  }
  const often =
    most === null
      ? "nothing is mistaken"
      : `most often ${classNames[most.label]} → ${classNames[most.predicted]}, ${most.count} times`;
  return {
    title: "Confusion matrix",
    summary: `Rows are classes, columns what the network said; ${often}.`,
    note: `rows: the class; columns: what the network said; ${often}`,
    rows: size,
    columns: size,
    values,
    rowLabel: (row) => classNames[row] ?? "",
    columnLabel: (column) => classNames[column] ?? "",
    labelled: size <= 12,
    rowAxis: "class",
    columnAxis: "predicted",
  };
}
