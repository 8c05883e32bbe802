import { Button, Checkbox, NativeSelect } from "@mantine/core";
import {
  planProblems,
  ENCODINGS,
  FORMATS,
  SEPARATORS,
  type Dialect,
  type Encoding,
  type Separator,
} from "../../shared/experiments/data-import.ts";
import { formatBytes, formatNumber } from "../../shared/format/number.ts";
import { useStore } from "../store/create-store.ts";
import { labStore } from "../store/lab-store.ts";
import { DataTable } from "../ui/data-table.tsx";
import { FactList, type ListedFact } from "../ui/fact-list.tsx";
import { LayoutImage } from "../ui/layout-image.tsx";
import { ColumnTable } from "./column-table.tsx";
import { acceptImport, changeDialect, dismissImport, type Import } from "./import-store.ts";
import { PlanFields } from "./plan-fields.tsx";
import own from "./data.module.css";

const SHOWN_ROWS = 8;

/** What chosen files hold and how they were understood, to be changed before they are taken. */
export function ImportPreviewPart({ importing }: { readonly importing: Import }) {
  const { preview, plan } = importing;
  const busy = useStore(labStore, ({ activity }) => activity !== null);
  const problems = planProblems(preview, plan);
  const titled = plan.title.trim() !== "";
  return (
    <section aria-label="What the files hold">
      <FactList title="What the files hold" level={2} facts={factsOf(importing)} />
      {preview.dialect !== null && <DialectFields dialect={preview.dialect} busy={busy} />}
      <Images importing={importing} />
      <ColumnTable preview={preview} plan={plan} />
      <Sample importing={importing} />
      <PlanFields preview={preview} plan={plan} />
      {problems.length > 0 && (
        <ul className={own["problems"]} aria-label="Why it cannot be taken">
          {problems.slice(0, 8).map((problem) => (
            <li key={problem}>{problem}</li>
          ))}
        </ul>
      )}
      <div className={own["row"]}>
        <Button disabled={busy || problems.length > 0 || !titled} onClick={() => void acceptImport(plan)}>
          Import the data
        </Button>
        <Button variant="subtle" color="gray" onClick={dismissImport}>
          Leave it
        </Button>
      </div>
    </section>
  );
}

function factsOf({ preview }: Import): ListedFact[] {
  const { files, rows, items, columns, notes, format } = preview;
  const sizeBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const names = files.slice(0, 4).map(({ name }) => name);
  const facts: ListedFact[] = [
    {
      label: "files",
      text: `${names.join(", ")}${files.length > 4 ? ` and ${files.length - 4} more` : ""}, ${formatBytes(sizeBytes)}`,
    },
    { label: "format", text: FORMATS[format] },
    { label: "rows", text: formatNumber(rows) },
  ];
  if (items === null) facts.push({ label: "columns", text: formatNumber(columns.length) });
  else {
    facts.push(
      { label: "an item", text: `${items.shape.join(" × ")} of ${items.dtype}` },
      {
        label: "values",
        text: `${formatNumber(items.min)} to ${formatNumber(items.max)}, mean ${formatNumber(items.mean)}`,
      },
    );
    if (items.classes !== null) {
      const shown = items.classes
        .slice(0, 20)
        .map(({ value, rows: own }) => `${value}: ${formatNumber(own)}`);
      facts.push({
        label: "rows a class",
        text: `${shown.join(", ")}${items.classes.length > 20 ? ", …" : ""}`,
      });
    }
  }
  facts.push({ label: "understood", points: notes });
  return facts;
}

const choices = <T extends string>(table: Readonly<Record<T, string>>) =>
  Object.entries<string>(table).map(([value, label]) => ({ value: value as T, label }));

function DialectFields({ dialect, busy }: { readonly dialect: Dialect; readonly busy: boolean }) {
  return (
    <div className={own["row"]} role="group" aria-label="How the text is read">
      <NativeSelect
        size="xs"
        label="Values are parted by"
        value={dialect.separator}
        data={choices(SEPARATORS)}
        disabled={busy}
        onChange={(event) => void changeDialect({ separator: event.currentTarget.value as Separator })}
      />
      <NativeSelect
        size="xs"
        label="Encoding"
        value={dialect.encoding}
        data={choices(ENCODINGS)}
        disabled={busy}
        onChange={(event) => void changeDialect({ encoding: event.currentTarget.value as Encoding })}
      />
      <Checkbox
        size="xs"
        label="Decimal comma"
        checked={dialect.decimalComma}
        disabled={busy || dialect.separator === ","}
        onChange={(event) => void changeDialect({ decimalComma: event.currentTarget.checked })}
      />
      <Checkbox
        size="xs"
        label="The first line is a header"
        checked={dialect.header}
        disabled={busy}
        onChange={(event) => void changeDialect({ header: event.currentTarget.checked })}
      />
    </div>
  );
}

function Images({ importing: { preview } }: { readonly importing: Import }) {
  if (preview.images.length === 0) return null;
  return (
    <ul className={own["images"]} aria-label="Some of the images">
      {preview.images.map(({ label, layout, values }, index) => (
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
  );
}

function Sample({ importing: { preview } }: { readonly importing: Import }) {
  const { sample, columns } = preview;
  const [first] = sample;
  if (first === undefined) return null;
  const left = columns.length - first.length;
  return (
    <DataTable label="The first rows as they are written" columns="chosen">
      <thead>
        <tr>
          {first.map((_, column) => (
            <th key={column} scope="col">
              {columns[column]?.name}
            </th>
          ))}
          {left > 0 && <th scope="col">… and {formatNumber(left)} more</th>}
        </tr>
      </thead>
      <tbody className={own["cells"]}>
        {sample.slice(0, SHOWN_ROWS).map((row, index) => (
          <tr key={index}>
            {row.map((field, column) => (
              <td key={column}>{field}</td>
            ))}
            {left > 0 && <td>…</td>}
          </tr>
        ))}
      </tbody>
    </DataTable>
  );
}
