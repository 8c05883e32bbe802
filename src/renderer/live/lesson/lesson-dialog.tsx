import { Button, Modal, Progress, TextInput } from "@mantine/core";
import { Check, CircleAlert, Download, FlaskConical, FolderOpen, X } from "lucide-react";
import { useState } from "react";
import { counted } from "../../../core/counted.ts";
import { exercisesOf, isAuthored } from "../../../shared/documents/exercise.ts";
import type { LabDocument } from "../../../shared/documents/lab-document.ts";
import { useStore } from "../../store/create-store.ts";
import { cancelActivity } from "../../store/lab-store.ts";
import { Badge } from "../../ui/badge.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { isReadOnly, openStore, type OpenNotebook } from "../document/open-notebook.ts";
import { exercisesStore } from "../kernel/exercise-store.ts";
import { exportDocument } from "../library/library-store.ts";
import { CellSentence } from "../outputs/place-link.tsx";
import { GradesTable } from "./grades-table.tsx";
import {
  gradeFolder,
  handOutLesson,
  lessonOpenStore,
  lessonStore,
  saveGrades,
  testLesson,
} from "./lesson-store.ts";
import { WorkButton } from "../../ui/work-button.tsx";
import classes from "./lesson.module.css";

/** What a teacher does with a lesson, and a student with a solved one, in the order in which it is done. */
export function LessonDialog() {
  const opened = useStore(lessonOpenStore);
  const open = useStore(openStore);
  return (
    <Modal
      lockScroll={false}
      opened={opened && open !== null}
      onClose={() => lessonOpenStore.set(false)}
      title={open === null ? "Lesson" : `Lesson: ${open.edit.document.header.title}`}
      size="64rem"
    >
      {open !== null && <Lesson open={open} />}
    </Modal>
  );
}

function Lesson({ open }: { readonly open: OpenNotebook }) {
  const { document } = open.edit;
  const mine = !isReadOnly(open) && isAuthored(document);
  return (
    <div className={classes["lesson"]}>
      {mine ? (
        <>
          <TestPart document={document} />
          <HandOutPart document={document} />
        </>
      ) : (
        <HandInPart document={document} />
      )}
      <GradePart />
    </div>
  );
}

function TestPart({ document }: { readonly document: LabDocument }) {
  const test = useStore(lessonStore, (work) => work.test);
  const exercises = exercisesOf(document);
  const running = test?.state === "running";
  return (
    <section aria-label="Test">
      <h3>Test</h3>
      <p>
        Each solution must pass its check, and each starter must fail it. Every check runs in a fresh sandbox.
      </p>
      <div className={classes["row"]}>
        <WorkButton
          leftSection={<FlaskConical size="0.875rem" aria-hidden="true" />}
          working={running}
          onClick={() => void testLesson(null)}
        >
          {`Test ${counted(exercises.length, "exercise")}`}
        </WorkButton>
        {running && <CancelButton />}
        {test?.state === "cancelled" && <span>Cancelled.</span>}
        {test !== null && !running && test.document !== document && (
          <span className={classes["facts"]}>The lesson has changed since it was tested.</span>
        )}
      </div>
      {test !== null && test.tested.length > 0 && (
        <DataTable label="Tested exercises">
          <thead>
            <tr>
              <th scope="col">Exercise</th>
              <th scope="col">Result</th>
              <th scope="col">What is wrong</th>
            </tr>
          </thead>
          <tbody>
            {test.tested.map(({ exercise, title, problems }) => (
              <tr key={exercise}>
                <th scope="row">{title}</th>
                <td>
                  <Badge
                    tone={problems.length === 0 ? "good" : "bad"}
                    icon={problems.length === 0 ? Check : X}
                  >
                    {problems.length === 0 ? "fit" : "not fit"}
                  </Badge>
                </td>
                <td className={classes["words"]}>
                  {problems.length === 0
                    ? "nothing: the solution passes, the starter fails"
                    : problems.map((problem) => (
                        <p key={problem}>
                          <CellSentence text={problem} />
                        </p>
                      ))}
                </td>
              </tr>
            ))}
          </tbody>
        </DataTable>
      )}
    </section>
  );
}

function HandOutPart({ document }: { readonly document: LabDocument }) {
  const test = useStore(lessonStore, (work) => work.test);
  const exercises = exercisesOf(document);
  const hidden = exercises.filter(({ solution }) => solution !== null).length;
  const unchecked = exercises.filter(({ check }) => check === null);
  const tested = test?.state === "done" && test.only === null && test.document === document;
  const fit = tested && test.tested.every(({ problems }) => problems.length === 0);
  return (
    <section aria-label="Hand out">
      <h3>Hand out</h3>
      <p>
        One file with the text, the starters, hints and checks; {counted(hidden, "solution")} stay
        {hidden === 1 ? "s" : ""} here. Students open it by dropping it on the window.
      </p>
      {unchecked.length > 0 && (
        <p className={classes["warn"]}>
          <CircleAlert size="0.9375rem" aria-hidden="true" /> Without a check:{" "}
          {unchecked.map(({ title }) => title).join(", ")}. Nobody can pass what is not checked.
        </p>
      )}
      {unchecked.length === 0 && !fit && (
        <p className={classes["warn"]}>
          <CircleAlert size="0.9375rem" aria-hidden="true" />{" "}
          {tested ? "Not all exercises are fit." : "This text has not been tested."}
        </p>
      )}
      <Button
        variant={fit ? "filled" : "default"}
        leftSection={<Download size="0.875rem" aria-hidden="true" />}
        onClick={() => void handOutLesson()}
      >
        Hand out…
      </Button>
    </section>
  );
}

function HandInPart({ document }: { readonly document: LabDocument }) {
  const progress = useStore(exercisesStore, (state) => state.progress);
  const exercises = exercisesOf(document);
  const passed = exercises.filter(({ name }) => progress.get(name)?.passed === true);
  const [name, setName] = useState("");
  const { title } = document.header;
  return (
    <section aria-label="Hand in">
      <h3>Hand in</h3>
      <p>
        You have passed {passed.length} of {counted(exercises.length, "exercise")}. The file holds your text
        and code; what is not passed may be handed in too.
      </p>
      <div className={classes["row"]}>
        <TextInput
          label="Your name, for the file"
          value={name}
          maxLength={100}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Button
          className={classes["low"] ?? ""}
          leftSection={<Download size="0.875rem" aria-hidden="true" />}
          onClick={() => void exportDocument("lab", name.trim() === "" ? title : `${title} ${name.trim()}`)}
        >
          Save the file to hand in…
        </Button>
      </div>
    </section>
  );
}

function GradePart() {
  const grading = useStore(lessonStore, (work) => work.grading);
  const running = grading?.state === "running";
  const done = grading?.grades.length ?? 0;
  const of = grading?.of ?? null;
  return (
    <section aria-label="Grade">
      <h3>Grade</h3>
      <p>
        A folder with the .lab.ts and .ipynb files of your students. Each exercise runs in a fresh sandbox
        with the checks that stand here, whatever stands in the files; nothing in them can reach this machine.
      </p>
      <div className={classes["row"]}>
        <WorkButton
          leftSection={<FolderOpen size="0.875rem" aria-hidden="true" />}
          working={running}
          onClick={() => void gradeFolder()}
        >
          Grade a folder…
        </WorkButton>
        {running && <CancelButton />}
        {running && of !== null && (
          <>
            <Progress
              className={classes["progress"] ?? ""}
              value={(100 * done) / of}
              aria-label="Progress of grading"
            />
            <span>
              {done} of {of}
            </span>
          </>
        )}
        {grading !== null && !running && done > 0 && (
          <Button
            variant="default"
            leftSection={<Download size="0.875rem" aria-hidden="true" />}
            onClick={() => void saveGrades(grading)}
          >
            Save as CSV…
          </Button>
        )}
      </div>
      {grading?.state === "cancelled" && (
        <p className={classes["warn"]}>
          Cancelled: {done} of {of ?? done} exercises were graded.
        </p>
      )}
      {grading !== null && done > 0 && <GradesTable grades={grading.grades} folder={grading.folder} />}
    </section>
  );
}

const CancelButton = () => (
  <Button variant="default" onClick={() => void cancelActivity()}>
    Cancel
  </Button>
);
