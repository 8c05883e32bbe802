import { Button, Modal, TextInput } from "@mantine/core";
import { useState } from "react";
import { formatDuration } from "../../../shared/format/duration.ts";
import { useStore } from "../../store/create-store.ts";
import { openStore } from "../document/open-notebook.ts";
import { runQuestionStore, startRun, trustAndRun, type RunQuestion } from "../kernel/run-actions.ts";
import { nameProblem, rename, renamingStore, type Renaming } from "../language/rename.ts";
import classes from "./dialogs.module.css";

const closeQuestion = (): void => runQuestionStore.set(null);

/** What is asked before cells run. */
export function RunQuestionDialog() {
  const question = useStore(runQuestionStore);
  return (
    <Modal
      lockScroll={false}
      opened={question !== null}
      onClose={closeQuestion}
      title={
        question?.kind === "foreign" ? "This notebook comes from elsewhere" : "Other cells must run first"
      }
    >
      {question?.kind === "foreign" && <ForeignQuestion question={question} />}
      {question?.kind === "needs" && <NeedsQuestion question={question} />}
    </Modal>
  );
}

function ForeignQuestion({ question }: { readonly question: Extract<RunQuestion, { kind: "foreign" }> }) {
  return (
    <>
      <p>
        Its code runs in a sandbox that has no files, no network and no other notebook. It can compute and
        show numbers, and use this machine’s processors and memory. This is asked once.
      </p>
      <div className={classes["actions"]}>
        <Button variant="default" onClick={closeQuestion}>
          Do not run it
        </Button>
        <Button
          data-autofocus
          onClick={() => {
            closeQuestion();
            void trustAndRun(question.selection);
          }}
        >
          Run it
        </Button>
      </div>
    </>
  );
}

function NeedsQuestion({ question }: { readonly question: Extract<RunQuestion, { kind: "needs" }> }) {
  const cells = useStore(openStore, (open) => open?.edit.document.cells) ?? [];
  const numbers = question.needs.map((id) => cells.findIndex((cell) => cell.id === id) + 1);
  const start = (withNeeds: boolean): void => {
    closeQuestion();
    void startRun({ kind: "cells", ids: [question.cell], withNeeds });
  };
  return (
    <>
      <p>
        {numbers.length === 1 ? "Cell" : "Cells"} {numbers.join(", ")} {numbers.length === 1 ? "is" : "are"}{" "}
        not up to date. With this cell that took {formatDuration(question.lastMs)} last time.
      </p>
      <div className={classes["actions"]}>
        <Button variant="default" onClick={closeQuestion}>
          Do nothing
        </Button>
        <Button variant="default" onClick={() => start(false)}>
          Only this cell
        </Button>
        <Button data-autofocus onClick={() => start(true)}>
          Run them too
        </Button>
      </div>
    </>
  );
}

/** A new name for something of the notebook. */
export function RenameDialog() {
  const renaming = useStore(renamingStore);
  return (
    <Modal
      lockScroll={false}
      opened={renaming !== null}
      onClose={() => renamingStore.set(null)}
      title="Rename in the notebook"
    >
      {renaming !== null && <RenameForm renaming={renaming} />}
    </Modal>
  );
}

function RenameForm({ renaming }: { readonly renaming: Renaming }) {
  const [name, setName] = useState(renaming.name);
  const problem = nameProblem(name);
  const { length } = renaming.places;
  return (
    <form
      onSubmit={(event) => {
        event.preventDefault();
        if (problem !== null) return;
        renamingStore.set(null);
        rename(renaming, name);
      }}
    >
      <TextInput
        label={`New name of ${renaming.name}, in ${length} ${length === 1 ? "place" : "places"}`}
        value={name}
        error={problem}
        data-autofocus
        onChange={(event) => setName(event.currentTarget.value)}
      />
      <div className={classes["actions"]}>
        <Button type="submit" disabled={problem !== null}>
          Rename
        </Button>
      </div>
    </form>
  );
}
