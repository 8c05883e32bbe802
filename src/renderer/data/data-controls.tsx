import { Button, NativeSelect, TextInput } from "@mantine/core";
import { FolderOpen, Upload } from "lucide-react";
import { useRef } from "react";
import { counted } from "../../core/counted.ts";
import { TOYS, type Toy } from "../../core/toys/toy-points.ts";
import { datasetTitles, outputsOf, type Dataset } from "../../shared/experiments/dataset.ts";
import { toyName } from "../../shared/experiments/toys.ts";
import { formatNumber } from "../../shared/format/number.ts";
import { useStore } from "../store/create-store.ts";
import { datasetsStore, shownDatasetStore } from "../store/datasets-store.ts";
import { labStore } from "../store/lab-store.ts";
import { dismissImport, importStore, previewFiles } from "./import-store.ts";
import { TOY_NAMES, useToyForm } from "./toy-form.ts";
import own from "./data.module.css";

/** What a data set is, in a line. */
function inShort(dataset: Dataset): string {
  const { layout, features, target, trainRows, validRows, testRows } = dataset;
  const size =
    layout === null
      ? counted(features, "feature")
      : `${layout.height} × ${layout.width} × ${layout.channels}`;
  const predicted = target.kind === "classes" ? `${outputsOf(dataset)} classes` : target.names.join(", ");
  return `${formatNumber(trainRows + validRows + testRows)} rows · ${size} · ${predicted.slice(0, 40)}`;
}

function show(id: string): void {
  if (importStore.get() !== null) dismissImport();
  shownDatasetStore.set(id);
}

/** What there is to choose from: files to import, sets, toys. */
export function DataControls() {
  const datasets = useStore(datasetsStore);
  const titles = datasetTitles(datasets);
  const shown = useStore(shownDatasetStore);
  const importing = useStore(importStore, (state) => state !== null);
  return (
    <div className={own["panel"]}>
      <ImportPlace />
      <h2>Data sets</h2>
      <ul className={own["sets"]}>
        {datasets.map((dataset) => (
          <li key={dataset.id}>
            <button
              type="button"
              className={own["set"]}
              aria-current={!importing && shown === dataset.id}
              onClick={() => show(dataset.id)}
            >
              {titles.get(dataset.id)}
              <small>{inShort(dataset)}</small>
            </button>
          </li>
        ))}
      </ul>
      <ToyChoices />
    </div>
  );
}

function ImportPlace() {
  const files = useRef<HTMLInputElement>(null);
  const folder = useRef<HTMLInputElement>(null);
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  const read = (list: FileList | null): void => {
    if (list !== null && list.length > 0) void previewFiles([...list]);
  };
  return (
    <div className={own["drop"]}>
      <input
        ref={files}
        type="file"
        multiple
        hidden
        aria-label="Files to import"
        onChange={(event) => {
          read(event.currentTarget.files);
          event.currentTarget.value = "";
        }}
      />
      <input
        ref={folder}
        type="file"
        hidden
        aria-label="Folder to import"
        {...{ webkitdirectory: "" }}
        onChange={(event) => {
          read(event.currentTarget.files);
          event.currentTarget.value = "";
        }}
      />
      <Button
        size="xs"
        disabled={busy}
        leftSection={<Upload size="0.875rem" aria-hidden="true" />}
        onClick={() => files.current?.click()}
      >
        Import files
      </Button>
      <Button
        size="xs"
        variant="default"
        disabled={busy}
        leftSection={<FolderOpen size="0.875rem" aria-hidden="true" />}
        onClick={() => folder.current?.click()}
      >
        Folder of images
      </Button>
      <span className={own["quiet"]}>
        or drop them on this view: CSV, TSV, Parquet, IDX, .npy, .npz, PNG and JPEG in one folder a class
      </span>
    </div>
  );
}

const TOY_FIELDS = [
  { name: "rows", label: "Points", inputMode: "numeric" },
  { name: "noise", label: "Noise", inputMode: "decimal" },
  { name: "seed", label: "Seed", inputMode: "numeric" },
] as const;

/** Small sets of two features that are drawn anew by what is chosen. */
function ToyChoices() {
  const { toy, chooseToy, fields, choice } = useToyForm();
  return (
    <>
      <h2>Toys</h2>
      <NativeSelect
        size="xs"
        label="Toy"
        description={TOYS[toy]}
        inputWrapperOrder={["label", "input", "description"]}
        value={toy}
        data={[...TOY_NAMES]}
        onChange={(event) => chooseToy(event.currentTarget.value as Toy)}
      />
      {TOY_FIELDS.map(({ name, label, inputMode }) => (
        <TextInput
          key={name}
          size="xs"
          label={label}
          inputMode={inputMode}
          value={fields[name].text}
          error={fields[name].error}
          onChange={(event) => fields[name].set(event.currentTarget.value)}
        />
      ))}
      <Button
        size="xs"
        variant="default"
        disabled={choice === null}
        onClick={() => {
          if (choice !== null) show(toyName(choice));
        }}
      >
        Draw the toy
      </Button>
    </>
  );
}
