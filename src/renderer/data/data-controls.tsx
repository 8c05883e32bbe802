import { Button, NativeSelect, TextInput } from "@mantine/core";
import { FolderOpen, Upload } from "lucide-react";
import { useRef, useState } from "react";
import { counted } from "../../core/counted.ts";
import { TOYS, type Toy } from "../../core/toys/toy-points.ts";
import { outputsOf, type Dataset } from "../../shared/experiments/dataset.ts";
import { MOST_TOY_ROWS, toyName } from "../../shared/experiments/toys.ts";
import { formatNumber } from "../format/number.ts";
import { useStore } from "../store/create-store.ts";
import { datasetsStore, shownDatasetStore } from "../store/datasets-store.ts";
import { labStore } from "../store/lab-store.ts";
import { dismissImport, importStore, previewFiles } from "./import-store.ts";
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
              {dataset.title}
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

const TOY_CHOICES = Object.keys(TOYS);

/** Small sets of two features that are drawn anew by what is chosen. */
function ToyChoices() {
  const [toy, setToy] = useState<Toy>("circles");
  const [rows, setRows] = useState("400");
  const [noise, setNoise] = useState("0.1");
  const [seed, setSeed] = useState("1");
  const sound =
    /^\d+$/.test(rows) &&
    Number(rows) >= 10 &&
    Number(rows) <= MOST_TOY_ROWS &&
    Number(noise) >= 0 &&
    Number(noise) <= 9.99 &&
    /^\d{1,9}$/.test(seed);
  return (
    <>
      <h2>Toys</h2>
      <NativeSelect
        size="xs"
        label="Toy"
        description={TOYS[toy]}
        inputWrapperOrder={["label", "input", "description"]}
        value={toy}
        data={TOY_CHOICES}
        onChange={(event) => setToy(event.currentTarget.value as Toy)}
      />
      <TextInput
        size="xs"
        label="Points"
        inputMode="numeric"
        value={rows}
        error={sound ? null : "10 to 100,000 points, noise 0 to 9.99, a whole seed"}
        onChange={(event) => setRows(event.currentTarget.value)}
      />
      <TextInput
        size="xs"
        label="Noise"
        inputMode="decimal"
        value={noise}
        onChange={(event) => setNoise(event.currentTarget.value)}
      />
      <TextInput
        size="xs"
        label="Seed"
        inputMode="numeric"
        value={seed}
        onChange={(event) => setSeed(event.currentTarget.value)}
      />
      <Button
        size="xs"
        variant="default"
        disabled={!sound}
        onClick={() => show(toyName({ toy, rows: Number(rows), noise: Number(noise), seed: Number(seed) }))}
      >
        Draw the toy
      </Button>
    </>
  );
}
