import { Button, Checkbox, TextInput } from "@mantine/core";
import { Upload } from "lucide-react";
import { useEffect, useRef, useState } from "react";
import {
  importChoiceSchema,
  IMAGE_NORMALISATIONS,
  type ImportChoice,
  type ImportPreview,
} from "../../shared/experiments/datasets.ts";
import { formatNumber } from "../format/number.ts";
import { PixelImage } from "./learned/pixel-image.tsx";
import { Choice } from "../network/network-fields.tsx";
import { checkNumber, problemOf } from "../preferences/check-number.ts";
import { useStore } from "../store/create-store.ts";
import { datasetsStore, loadDatasets } from "../store/datasets-store.ts";
import { acceptImport, importStore, previewImport, removeDataset } from "./datasets-store.ts";
import { FactList } from "../ui/fact-list.tsx";
import type { TrainForm } from "./train-form.ts";
import own from "./train-view.module.css";

const NORMALISATION_CHOICES = Object.entries(IMAGE_NORMALISATIONS).map(([value, label]) => ({
  value: value as ImportChoice["normalisation"],
  label,
}));

/** Data sets: what there is, and files to make a new one of, by dialog or dropped here. */
export function ImportPart({ form }: { readonly form: TrainForm }) {
  const datasets = useStore(datasetsStore);
  const preview = useStore(importStore);
  const input = useRef<HTMLInputElement>(null);
  const [over, setOver] = useState(false);
  useEffect(() => void loadDatasets(), []);
  const read = (files: FileList | null): void => {
    if (files !== null && files.length > 0) void previewImport([...files]);
  };
  return (
    <details
      className={own["builder"]}
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        event.preventDefault();
        setOver(false);
        read(event.dataTransfer.files);
      }}
    >
      <summary>
        <strong>Data</strong>{" "}
        <span className={own["quiet"]}>
          {datasets.find(({ id }) => id === form.choice.data)?.title ?? form.choice.data}; import your own
        </span>
      </summary>
      <ul className={own["queue"]}>
        {datasets.map(({ id, title, trainRows, validRows }) => (
          <li key={id}>
            {title}: {formatNumber(trainRows)} training, {formatNumber(validRows)} validation rows{" "}
            {id !== "mnist" && (
              <Button
                variant="subtle"
                color="gray"
                size="compact-xs"
                aria-label={`Remove ${title}`}
                onClick={() => {
                  if (form.choice.data === id) form.choose({ data: "mnist" });
                  void removeDataset(id);
                }}
              >
                Remove
              </Button>
            )}
          </li>
        ))}
      </ul>
      <p className={own["quiet"]}>
        Taken are 28 × 28 images of up to ten classes: two IDX files (images and labels, .gz or not), two .npy
        files, or one .csv (.gz) with the label in any column; up to 100 MB. Fashion-MNIST is not part of the
        app: get train-images-idx3-ubyte.gz and train-labels-idx1-ubyte.gz from its authors’ page
        (github.com/zalandoresearch/fashion-mnist) and choose both here.
      </p>
      <div className={own["row"]}>
        <input
          ref={input}
          type="file"
          multiple
          hidden
          aria-label="Files to import"
          accept=".gz,.csv,.npy,.idx,.ubyte,*"
          onChange={(event) => {
            read(event.currentTarget.files);
            event.currentTarget.value = "";
          }}
        />
        <Button
          variant="default"
          size="xs"
          leftSection={<Upload size="0.875rem" aria-hidden="true" />}
          onClick={() => input.current?.click()}
        >
          Choose files
        </Button>
        <span className={own["quiet"]}>or drop them here</span>
      </div>
      {preview !== null && <Preview key={preview.rows} preview={preview} form={form} />}
    </details>
  );
}

function Preview({ preview, form }: { readonly preview: ImportPreview; readonly form: TrainForm }) {
  const { rows, classCounts, mean, std, min, max, nanCount, images, notes, refusal } = preview;
  const [title, setTitle] = useState("");
  const [valid, setValid] = useState(String(Math.floor(rows / 6)));
  const [shuffle, setShuffle] = useState(false);
  const [normalisation, setNormalisation] = useState<ImportChoice["normalisation"]>("meanStd");
  const { value: validRows, error: validIssue } = checkNumber(importChoiceSchema.entries.validRows, valid);
  const titleProblem = title === "" ? null : problemOf(importChoiceSchema.entries.title, title);
  const validProblem =
    validIssue ?? (validRows < rows ? null : `must leave rows to train on: fewer than ${formatNumber(rows)}`);
  const fits = title.trim() !== "" && titleProblem === null && validProblem === null;
  const accept = async (): Promise<void> => {
    const dataset = await acceptImport({ title, validRows, shuffle, normalisation });
    if (dataset === null) return;
    form.choose({ data: dataset.id });
    form.numbers.fields.rows.set(String(dataset.trainRows));
    form.numbers.fields.validRows.set(String(dataset.validRows));
  };
  return (
    <section aria-label="What the files hold">
      <FactList
        title="What the files hold"
        level={2}
        facts={[
          { label: "rows", text: formatNumber(rows) },
          { label: "mean, std", text: `${formatNumber(mean)}, ${formatNumber(std)}` },
          { label: "min, max", text: `${formatNumber(min)}, ${formatNumber(max)}` },
          { label: "missing values", text: formatNumber(nanCount) },
          { label: "rows a class", text: classCounts.map((count, label) => `${label}: ${count}`).join(", ") },
          { label: "understood", text: notes.join("; ") },
        ]}
      />
      <ul className={own["previewImages"]}>
        {images.map(({ label, pixels }, index) => (
          <li key={index}>
            <PixelImage values={pixels} label={`image ${index + 1}, class ${label}`} size="2.5rem" />
            <span>{label}</span>
          </li>
        ))}
      </ul>
      {refusal !== "" && <p className={own["problem"]}>Cannot be taken: {refusal}.</p>}
      <div className={own["row"]}>
        <TextInput
          size="xs"
          aria-label="Name of the data set"
          placeholder="name, for example Fashion-MNIST"
          value={title}
          error={titleProblem}
          onChange={(event) => setTitle(event.currentTarget.value)}
        />
        <TextInput
          size="xs"
          aria-label="Validation rows of the data set"
          value={valid}
          error={validProblem}
          inputMode="numeric"
          onChange={(event) => setValid(event.currentTarget.value)}
        />
        <span className={own["quiet"]}>of {formatNumber(rows)} rows for validation, the last ones</span>
      </div>
      <div className={own["row"]}>
        <Choice
          label="Normalise to"
          value={normalisation}
          options={NORMALISATION_CHOICES}
          onChoose={setNormalisation}
        />
        <Checkbox
          label="Mix the rows before the split"
          checked={shuffle}
          onChange={(event) => setShuffle(event.currentTarget.checked)}
        />
      </div>
      <div className={own["row"]}>
        <Button size="xs" disabled={!fits || refusal !== ""} onClick={() => void accept()}>
          Take this data
        </Button>
        <Button variant="subtle" color="gray" size="xs" onClick={() => importStore.set(null)}>
          Leave it
        </Button>
      </div>
    </section>
  );
}
