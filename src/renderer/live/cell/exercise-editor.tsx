import { ActionIcon, Button, Menu, Textarea, TextInput } from "@mantine/core";
import { ChevronDown, CircleAlert, Check, FlaskConical, Plus, Trash2 } from "lucide-react";
import { exerciseOf } from "../../../shared/documents/exercise.ts";
import type { DocumentCell, JsonValue } from "../../../shared/documents/lab-document.ts";
import { useStore } from "../../store/create-store.ts";
import { Badge } from "../../ui/badge.tsx";
import { edit, openStore } from "../document/open-notebook.ts";
import { PartEditor } from "../editor/late-editors.tsx";
import { CHECK_TEMPLATES, CHECK_WORDS, definedBy } from "../lesson/check-templates.ts";
import { lessonStore, testLesson } from "../lesson/lesson-store.ts";
import { CellSentence } from "../outputs/place-link.tsx";
import { WorkButton } from "../../ui/work-button.tsx";
import classes from "./exercise-editor.module.css";

interface ExerciseEditorProps {
  readonly cell: DocumentCell;
  readonly number: number;
}

const textAt = (value: JsonValue | undefined): string => (typeof value === "string" ? value : "");

/** About as high as its text: what measures it sets styles that the page's policy refuses. */
const rowsOf = (text: string): number =>
  text.split("\n").reduce((rows, line) => rows + Math.max(1, Math.ceil(line.length / 90)), 0);

function writePart(cell: string, name: string, value: JsonValue | undefined): void {
  edit({ type: "attribute", cell, name, value, at: performance.now() });
}

/** What its author writes of an exercise beside the starter: names, hints, check and solution. */
export function ExerciseEditor({ cell, number }: ExerciseEditorProps) {
  const { id, attributes, source } = cell;
  const exercise = exerciseOf(cell);
  if (exercise === null) return null;
  const { hints } = exercise;
  const name = textAt(attributes["name"]);
  const defined = definedBy(source);
  const write = (attribute: string, value: JsonValue | undefined): void => writePart(id, attribute, value);
  const writeText = (attribute: string, text: string): void =>
    write(attribute, text.trim() === "" ? undefined : text);
  const writeHints = (next: readonly string[]): void => write("hints", next.length === 0 ? undefined : next);
  /** A text that is put in needs the name of what is checked. */
  const known = (): string => {
    if (name === "" && defined !== null) write("name", defined);
    return name === "" ? (defined ?? "f") : name;
  };
  return (
    <div className={classes["editor"]} role="group" aria-label={`Parts of the exercise in cell ${number}`}>
      <div className={classes["names"]}>
        <TextInput
          label="What the student defines"
          description="Function or class that the check asks for"
          value={name}
          placeholder={defined ?? "the starter defines nothing yet"}
          maxLength={100}
          onChange={(event) => writeText("name", event.currentTarget.value.trim())}
        />
        <TextInput
          label="Title"
          description="What students and tables call it"
          value={textAt(attributes["title"])}
          placeholder={name}
          maxLength={200}
          onChange={(event) => writeText("title", event.currentTarget.value)}
        />
      </div>
      <fieldset className={classes["part"]}>
        <legend>Hints, shown one after another: what to think of, the formula, nearly the code</legend>
        {hints.map((hint, at) => (
          <div key={at} className={classes["hint"]}>
            <Textarea
              aria-label={`Hint ${at + 1}`}
              value={hint}
              rows={rowsOf(hint)}
              placeholder="Text, with $formulas$ and `code`"
              onChange={(event) => writeHints(hints.with(at, event.currentTarget.value))}
            />
            <ActionIcon
              aria-label={`Delete hint ${at + 1}`}
              title="Delete this hint"
              onClick={() => writeHints(hints.toSpliced(at, 1))}
            >
              <Trash2 size="0.9375rem" />
            </ActionIcon>
          </div>
        ))}
        <Button
          variant="default"
          leftSection={<Plus size="0.875rem" aria-hidden="true" />}
          onClick={() => writeHints([...hints, ""])}
        >
          Hint
        </Button>
      </fieldset>
      <div className={classes["part"]}>
        <div className={classes["row"]}>
          <h4>Check</h4>
          <Menu position="bottom-start">
            <Menu.Target>
              <Button variant="default" rightSection={<ChevronDown size="0.75rem" aria-hidden="true" />}>
                Begin with
              </Button>
            </Menu.Target>
            <Menu.Dropdown>
              {CHECK_TEMPLATES.map(({ title, text }) => (
                <Menu.Item
                  key={title}
                  onClick={() => {
                    const before = exercise.check ?? "";
                    const added = text(known());
                    write("check", before.trim() === "" ? added : `${before}\n${added}`);
                  }}
                >
                  {title}
                </Menu.Item>
              ))}
            </Menu.Dropdown>
          </Menu>
        </div>
        <PartEditor
          cell={id}
          part="check"
          label={`Check of cell ${number}`}
          source={exercise.check ?? ""}
          onWrite={(text) => writeText("check", text)}
        />
        <details className={classes["words"]}>
          <summary>What a check may say beside the whole language</summary>
          <dl>
            {CHECK_WORDS.map(([word, ends]) => (
              <div key={word}>
                <dt>
                  <code>{word}</code>
                </dt>
                <dd>ends it unless {ends}</dd>
              </div>
            ))}
          </dl>
        </details>
      </div>
      <div className={classes["part"]}>
        <div className={classes["row"]}>
          <h4>Solution</h4>
          {exercise.solution === null && (
            <Button
              variant="default"
              onClick={() => {
                known();
                write("solution", source);
              }}
            >
              Begin with the starter
            </Button>
          )}
        </div>
        <PartEditor
          cell={id}
          part="solution"
          label={`Solution of cell ${number}`}
          source={exercise.solution ?? ""}
          onWrite={(text) => writeText("solution", text)}
        />
      </div>
      <TestOfOne exercise={exercise.name} />
    </div>
  );
}

/** Tests this exercise alone. */
function TestOfOne({ exercise }: { readonly exercise: string }) {
  const test = useStore(lessonStore, (work) => work.test);
  const document = useStore(openStore, (open) => open?.edit.document);
  const running = test?.state === "running";
  const found =
    test?.document === document ? test?.tested.find((one) => one.exercise === exercise) : undefined;
  return (
    <div className={classes["row"]} role="status">
      <WorkButton
        leftSection={<FlaskConical size="0.875rem" aria-hidden="true" />}
        working={running && (test.only === null || test.only === exercise)}
        disabled={running}
        onClick={() => void testLesson(exercise)}
      >
        Test this exercise
      </WorkButton>
      {found?.problems.length === 0 && (
        <Badge tone="good" icon={Check}>
          the solution passes, the starter fails
        </Badge>
      )}
      {found?.problems.map((problem) => (
        <span key={problem} className={classes["problem"]}>
          <CircleAlert size="0.9375rem" aria-hidden="true" /> <CellSentence text={problem} />
        </span>
      ))}
    </div>
  );
}
