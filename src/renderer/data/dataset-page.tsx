import { counted } from "../../core/counted.ts";
import { Button } from "@mantine/core";
import { FlaskConical, Trash2 } from "lucide-react";
import { useEffect, useMemo, useState } from "react";
import { outputsOf, NORMALISATIONS } from "../../shared/experiments/dataset.ts";
import type { DatasetDetails } from "../../shared/experiments/dataset-details.ts";
import { toyOf } from "../../shared/experiments/toys.ts";
import { showView } from "../app/views.ts";
import { ask } from "../bridge/lab.ts";
import { formatDate } from "../../shared/format/date.ts";
import { formatBytes, formatGiven, formatNumber } from "../../shared/format/number.ts";
import { trainRequestStore } from "../store/datasets-store.ts";
import { showFailure } from "../store/lab-store.ts";
import { DataTable } from "../ui/data-table.tsx";
import { FactList, type ListedFact } from "../ui/fact-list.tsx";
import { LayoutImage } from "../ui/layout-image.tsx";
import { ExportDatasetMenu } from "./export-dataset-menu.tsx";
import { removeDataset, rowWords } from "./import-store.ts";
import { PointsFigure } from "./points-figure.tsx";
import { SpreadBars } from "./spread-bars.tsx";
import own from "./data.module.css";

const SHOWN_ROWS = 12;
const SHOWN_COLUMNS = 20;

/** What a data set holds and where it is used. */
export function DatasetPage({ id }: { readonly id: string }) {
  const [details, setDetails] = useState<DatasetDetails | null>(null);
  useEffect(() => {
    let gone = false;
    ask(window.lab.datasetsDetails({ id })).then(
      (found) => {
        if (!gone) setDetails(found);
      },
      (error: unknown) => showFailure("The data set could not be shown", error),
    );
    return () => {
      gone = true;
    };
  }, [id]);
  if (details === null) return <p className={own["quiet"]}>Reading the data set …</p>;
  const { dataset, spreads, targets, images } = details;
  return (
    <section aria-label={dataset.title}>
      <FactList title={dataset.title} level={2} facts={factsOf(details)} />
      <div className={own["row"]}>
        <Button
          leftSection={<FlaskConical size="1rem" aria-hidden="true" />}
          onClick={() => {
            trainRequestStore.set(dataset);
            showView("train");
          }}
        >
          Train on it
        </Button>
        <ExportDatasetMenu id={id} />
        {id !== "mnist" && toyOf(id) === null && (
          <Button
            variant="subtle"
            color="gray"
            leftSection={<Trash2 size="1rem" aria-hidden="true" />}
            onClick={() => void removeDataset(dataset)}
          >
            Remove
          </Button>
        )}
      </div>
      <Classes details={details} />
      {dataset.features === 2 && dataset.layout === null && <PointsFigure details={details} />}
      {images.length > 0 && (
        <ul className={own["images"]} aria-label="The first training images">
          {images.map(({ label, layout, values }, index) => (
            <li key={index}>
              <LayoutImage
                values={values}
                layout={layout}
                label={`image ${index + 1}, ${label}`}
                size="2.75rem"
              />
              <span>{label}</span>
            </li>
          ))}
        </ul>
      )}
      <div className={own["card"]}>
        <h3>How the training rows are spread</h3>
        <div className={own["spreads"]}>
          {[...targets, ...spreads].map((spread, index) => (
            <SpreadBars key={index} spread={spread} />
          ))}
        </div>
      </div>
      <Rows details={details} />
    </section>
  );
}

function factsOf({
  dataset,
  files,
  notes,
  importedAt,
  sizeBytes,
  runs,
  testLooks,
}: DatasetDetails): ListedFact[] {
  const { features, layout, target, normalisation, contentHash, storage } = dataset;
  const facts: ListedFact[] = [
    { label: "rows", text: rowWords(dataset) },
    {
      label: "features",
      text:
        layout === null
          ? formatNumber(features)
          : `${formatNumber(features)}: images of ${layout.height} × ${layout.width} × ${layout.channels}`,
    },
    {
      label: "to predict",
      text:
        target.kind === "classes" ? `${formatNumber(outputsOf(dataset))} classes` : target.names.join(", "),
    },
    { label: "normalisation", text: NORMALISATIONS[normalisation] },
  ];
  if (files.length > 0) {
    facts.push(
      {
        label: "from",
        text: `${files.slice(0, 4).join(", ")}${files.length > 4 ? ` and ${files.length - 4} more` : ""}`,
      },
      {
        label: "imported",
        text: `${formatDate(importedAt)}, ${formatBytes(sizeBytes)} as ${storage}`,
      },
      { label: "understood", points: notes },
    );
  }
  if (contentHash !== "") facts.push({ label: "content", text: `SHA-256 ${contentHash.slice(0, 16)}…` });
  const names = runs.slice(0, 5).map(({ name }) => name);
  facts.push(
    {
      label: "runs",
      text:
        runs.length === 0
          ? "none yet"
          : // Names have commas of their own.
            `${formatNumber(runs.length)}: ${names.join("; ")}${runs.length > 5 ? "; …" : ""}`,
    },
    { label: "test rows looked at", text: testLooks === 0 ? "never" : counted(testLooks, "time") },
  );
  return facts;
}

function Classes({ details: { classes } }: { readonly details: DatasetDetails }) {
  if (classes.length === 0) return null;
  return (
    <DataTable label="Rows of each class">
      <thead>
        <tr>
          <th scope="col">Class</th>
          <th scope="col" data-numeric="true">
            Training rows
          </th>
          <th scope="col" data-numeric="true">
            Validation rows
          </th>
        </tr>
      </thead>
      <tbody>
        {classes.slice(0, 100).map(({ name, trainRows, validRows }) => (
          <tr key={name}>
            <td>{name}</td>
            <td data-numeric="true">{formatNumber(trainRows)}</td>
            <td data-numeric="true">{formatNumber(validRows)}</td>
          </tr>
        ))}
      </tbody>
    </DataTable>
  );
}

function Rows({ details: { rows, dataset } }: { readonly details: DatasetDetails }) {
  const columns = useMemo(
    () =>
      Array.from(
        { length: Math.min(SHOWN_COLUMNS, dataset.features) },
        (_, i) => dataset.featureNames[i] ?? `value ${i + 1}`,
      ),
    [dataset],
  );
  if (rows.length === 0) return null;
  return (
    <DataTable label="The first training rows" columns="chosen">
      <thead>
        <tr>
          {columns.map((name) => (
            <th key={name} scope="col" data-numeric="true">
              {name}
            </th>
          ))}
          <th scope="col">{dataset.target.kind === "classes" ? "class" : dataset.target.names.join(", ")}</th>
        </tr>
      </thead>
      <tbody className={own["cells"]}>
        {rows.slice(0, SHOWN_ROWS).map(({ values, target }, index) => (
          <tr key={index}>
            {columns.map((name, column) => (
              <td key={name} data-numeric="true">
                {formatGiven(values[column] ?? NaN)}
              </td>
            ))}
            <td>{target}</td>
          </tr>
        ))}
      </tbody>
    </DataTable>
  );
}
