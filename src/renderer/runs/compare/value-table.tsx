import { Button, NativeSelect, NumberInput } from "@mantine/core";
import { ArrowDown, ArrowUp, Copy, X } from "lucide-react";
import { useState } from "react";
import { MOST_PINNED_STEPS } from "../../../shared/runs/run-curves.ts";
import { toTsv } from "../../format/delimited-text.ts";
import { metricLabel } from "../../../shared/format/named-quantity.ts";
import { formatNumber } from "../../../shared/format/number.ts";
import { copyText } from "../../store/save.ts";
import { DataTable } from "../../ui/data-table.tsx";
import { ExactText } from "../../ui/exact-text.tsx";
import { openRun } from "../../store/open-run.ts";
import { RunMark } from "./run-mark.tsx";
import type { RunLook } from "./run-look.ts";
import { useCurves } from "../../charts/curves/use-curves.ts";
import own from "./compare.module.css";

interface ValueTableProps {
  readonly looks: readonly RunLook[];
  readonly metrics: readonly string[];
}

const END = Infinity;

/** What each run had at pinned steps and at its end, read from every point: sortable, to copy. */
export function ValueTable({ looks, metrics }: ValueTableProps) {
  const [chosen, setMetric] = useState("");
  const metric = metrics.includes(chosen) ? chosen : (metrics[0] ?? "");
  const [steps, setSteps] = useState<readonly number[]>([]);
  const [next, setNext] = useState<number | string>("");
  const [sort, setSort] = useState({ step: END, descending: false });
  const columns = [...steps, END];
  const isFull = steps.length >= MOST_PINNED_STEPS;
  const answer = useCurves({
    runIds: looks.map(({ run }) => run.id),
    metrics: metric === "" ? [] : [metric],
    // The values at the steps are asked for, no drawing; the last point is always among those drawn.
    columns: 1,
    steps: null,
    smoothings: [],
    at: [...steps],
  });
  const curves = answer.kind === "known" ? answer.value.filter((curve) => curve.metric === metric) : [];
  const rows = looks
    .flatMap((look) => {
      const curve = curves.find(({ runId }) => runId === look.run.id);
      if (curve === undefined) return [];
      // Until the answer to a newly pinned step is there, its column is empty.
      const valueAt = (step: number) => curve.at.find((one) => one.step === step)?.value ?? NaN;
      const last = curve.values.at(-1) ?? NaN;
      return [{ look, values: columns.map((step) => (step === END ? last : valueAt(step))) }];
    })
    .sort((a, b) => {
      const column = Math.max(0, columns.indexOf(sort.step));
      const difference = (a.values[column] ?? NaN) - (b.values[column] ?? NaN);
      return Number.isNaN(difference) ? 0 : sort.descending ? -difference : difference;
    });
  const heading = (step: number): string => (step === END ? "at the end" : `step ${formatNumber(step)}`);
  const pin = () => {
    if (typeof next === "number" && !steps.includes(next)) setSteps([...steps, next].sort((a, b) => a - b));
    setNext("");
  };
  const copy = () =>
    copyText(
      "Values",
      toTsv({
        columns: ["run", "name", ...columns.map((step) => `${metricLabel(metric)} ${heading(step)}`)],
        rows: rows.map(({ look, values }) => [look.run.id, look.label, ...values]),
      }),
    );
  return (
    <>
      <form
        className={own["tools"]}
        onSubmit={(event) => {
          event.preventDefault();
          pin();
        }}
      >
        <NativeSelect
          size="xs"
          aria-label="Metric of the values"
          value={metric}
          data={metrics.map((name) => ({ value: name, label: metricLabel(name) }))}
          onChange={(event) => setMetric(event.currentTarget.value)}
        />
        <NumberInput
          size="xs"
          aria-label="Step whose values are shown"
          placeholder="step"
          min={0}
          value={next}
          onChange={setNext}
        />
        <Button type="submit" size="xs" variant="default" disabled={next === "" || isFull}>
          Pin this step
        </Button>
        {isFull && <span>at most {MOST_PINNED_STEPS} steps</span>}
        <Button
          size="xs"
          variant="default"
          leftSection={<Copy size="0.875rem" aria-hidden="true" />}
          onClick={() => void copy()}
        >
          Copy the values
        </Button>
      </form>
      <DataTable label="Values at pinned steps" columns="chosen">
        <thead>
          <tr>
            <th scope="col">{metricLabel(metric)}</th>
            {columns.map((step) => {
              const sorted = sort.step === step;
              const Arrow = sort.descending ? ArrowDown : ArrowUp;
              return (
                <th
                  key={step}
                  scope="col"
                  data-numeric="true"
                  aria-sort={sorted ? (sort.descending ? "descending" : "ascending") : "none"}
                >
                  <button
                    type="button"
                    className={own["sort"]}
                    onClick={() => setSort({ step, descending: sorted ? !sort.descending : false })}
                  >
                    {heading(step)}
                    {sorted && <Arrow size="0.75rem" aria-hidden="true" />}
                  </button>
                  {step !== END && (
                    <button
                      type="button"
                      className={own["sort"]}
                      aria-label={`Unpin ${heading(step)}`}
                      onClick={() => setSteps(steps.filter((other) => other !== step))}
                    >
                      <X size="0.75rem" aria-hidden="true" />
                    </button>
                  )}
                </th>
              );
            })}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ look, values }) => (
            <tr key={look.run.id}>
              <th scope="row">
                <button type="button" className={own["open"]} onClick={() => openRun(look.run.id)}>
                  <RunMark look={look} />
                  {look.label}
                </button>
              </th>
              {values.map((value, i) => (
                <td key={columns[i]} data-numeric="true">
                  {Number.isNaN(value) ? "–" : <ExactText text={formatNumber(value)} exact={String(value)} />}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </DataTable>
    </>
  );
}
