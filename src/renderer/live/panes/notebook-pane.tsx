import { Button } from "@mantine/core";
import { Plus } from "lucide-react";
import { memo, useState } from "react";
import { insertAt, notebookKey } from "../cell/cell-commands.ts";
import { edit, isReadOnly, type OpenNotebook } from "../document/open-notebook.ts";
import { CellList } from "./cell-list.tsx";
import { FindBar } from "./find-bar.tsx";
import { NotebookToolbar } from "./notebook-toolbar.tsx";
import classes from "./panes.module.css";

/** The open notebook: its tools, its title and its cells. */
export function NotebookPane({ open }: { readonly open: OpenNotebook }) {
  const { document, chosen, past, future } = open.edit;
  const { cells, header } = document;
  const readOnly = isReadOnly(open);
  const hasExercises = cells.some(({ kind }) => kind === "exercise");
  return (
    <div
      className={classes["notebook"]}
      onKeyDown={(event) => {
        if (!event.defaultPrevented && notebookKey(chosen, event)) event.preventDefault();
      }}
    >
      <div className={classes["head"]}>
        <NotebookToolbar
          entry={open.entry}
          header={header}
          save={open.save}
          readOnly={readOnly}
          below={cells.findIndex(({ id }) => id === chosen) + 1}
          undoes={past.at(-1)?.what ?? null}
          redoes={future.at(-1)?.what ?? null}
          hasExercises={hasExercises}
        />
        <FindBar open={open} />
      </div>
      <Title key={`${open.entry.id} ${header.title}`} title={header.title} readOnly={readOnly} />
      {open.notices.length > 0 && (
        <ul className={classes["notices"]}>
          {open.notices.map((notice) => (
            <li key={notice}>{notice}</li>
          ))}
        </ul>
      )}
      <CellList cells={cells} chosen={chosen} readOnly={readOnly} />
      {!readOnly && <AddCells count={cells.length} hasExercises={hasExercises} />}
    </div>
  );
}

/** Adds a cell at the end. */
const AddCells = memo(function AddCells({
  count,
  hasExercises,
}: {
  readonly count: number;
  readonly hasExercises: boolean;
}) {
  return (
    <div className={classes["add"]}>
      <Button
        variant="default"
        leftSection={<Plus size="0.875rem" aria-hidden="true" />}
        onClick={() => insertAt(count, "code")}
      >
        Code
      </Button>
      <Button
        variant="default"
        leftSection={<Plus size="0.875rem" aria-hidden="true" />}
        onClick={() => insertAt(count, "md")}
      >
        Text
      </Button>
      {hasExercises && (
        <Button
          variant="default"
          leftSection={<Plus size="0.875rem" aria-hidden="true" />}
          onClick={() => insertAt(count, "exercise")}
        >
          Exercise
        </Button>
      )}
    </div>
  );
});

interface TitleProps {
  readonly title: string;
  readonly readOnly: boolean;
}

const Title = memo(function Title({ title, readOnly }: TitleProps) {
  const [text, setText] = useState(title);
  if (readOnly) return <h2 className={classes["title"]}>{title}</h2>;
  const write = (): void => {
    const next = text.trim();
    if (next === "") setText(title);
    else if (next !== title) edit({ type: "header", header: { title: next } });
  };
  return (
    <h2 className={classes["title"]}>
      <input
        aria-label="Title of the notebook"
        value={text}
        maxLength={200}
        onChange={(event) => setText(event.currentTarget.value)}
        onBlur={write}
        onKeyDown={(event) => {
          if (event.key === "Enter") event.currentTarget.blur();
          if (event.key === "Escape") setText(title);
        }}
      />
    </h2>
  );
});
