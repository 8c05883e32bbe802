import { Button, Textarea } from "@mantine/core";
import { NotebookPen } from "lucide-react";
import { useState } from "react";
import Markdown from "react-markdown";
import { runChangeSchema } from "../../../shared/runs/run-changes.ts";
import { problemOf } from "../../preferences/check-number.ts";
import { Formula } from "../../ui/formula.tsx";
import { changeRuns } from "../run-actions.ts";
import classes from "../runs.module.css";
import part from "../../ui/run-part.module.css";

/** Nested marks in longer notes take the renderer seconds, more than in proportion to their length. */
const MOST_MARKDOWN = 10_000;

interface RunNotesProps {
  readonly runId: string;
  readonly notes: string;
}

/** Notes in Markdown. HTML in them stays text, links and pictures lead nowhere: the app opens no pages. */
export function RunNotes({ runId, notes }: RunNotesProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const problem = problemOf(runChangeSchema.entries.notes, draft ?? notes);
  const save = async () => {
    if (draft !== null && problem === null && (await changeRuns([runId], { notes: draft }))) setDraft(null);
  };
  return (
    <section className={part["part"]}>
      <div className={classes["notesHead"]}>
        <h3>Notes</h3>
        {draft === null && (
          <Button
            variant="default"
            size="xs"
            leftSection={<NotebookPen size="0.875rem" aria-hidden="true" />}
            onClick={() => setDraft(notes)}
          >
            {notes === "" ? "Write notes" : "Edit notes"}
          </Button>
        )}
      </div>
      {draft === null ? (
        notes !== "" && (
          <div className={classes["notes"]}>
            {notes.length > MOST_MARKDOWN ? (
              <>
                <p>
                  <em>
                    These notes have {notes.length.toLocaleString("en")} characters. More than{" "}
                    {MOST_MARKDOWN.toLocaleString("en")} are shown as they were written, without formatting.
                  </em>
                </p>
                <pre className={classes["plainNotes"]}>{notes}</pre>
              </>
            ) : (
              <Markdown
                disallowedElements={["img"]}
                components={{
                  a: ({ children, href }) => <span title={href}>{children}</span>,
                  code: ({ children }) => {
                    const formula = /^\$(.+)\$$/.exec(typeof children === "string" ? children : "")?.[1];
                    return formula === undefined ? (
                      <code>{children}</code>
                    ) : (
                      <Formula source={formula} inline />
                    );
                  },
                }}
              >
                {notes}
              </Markdown>
            )}
          </div>
        )
      ) : (
        <form
          onSubmit={(event) => {
            event.preventDefault();
            void save();
          }}
        >
          <Textarea
            aria-label="Notes in Markdown"
            description="Markdown: # heading, **bold**, - list, code and, as code between dollars, formulas: `$\sigma^2$`. Links and pictures are not opened. Ctrl or ⌘ and Enter saves."
            autosize
            minRows={5}
            maxRows={20}
            error={problem}
            autoFocus
            value={draft}
            onChange={(event) => setDraft(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) void save();
              if (event.key === "Escape") setDraft(null);
            }}
          />
          <div className={classes["tagButtons"]}>
            <Button type="submit" size="xs" disabled={problem !== null}>
              Save notes
            </Button>
            <Button size="xs" variant="default" onClick={() => setDraft(null)}>
              Leave them as they were
            </Button>
          </div>
        </form>
      )}
    </section>
  );
}
