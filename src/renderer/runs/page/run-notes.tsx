import { Button, Textarea } from "@mantine/core";
import { NotebookPen } from "lucide-react";
import { useMemo, useState } from "react";
import { runChangeSchema } from "../../../shared/runs/run-changes.ts";
import { problemOf } from "../../preferences/check-number.ts";
import { changeRuns } from "../../store/change-runs.ts";

import classes from "../runs.module.css";
import part from "../../ui/run-part.module.css";
import { formatNotes } from "./format-notes.tsx";

interface RunNotesProps {
  readonly runId: string;
  readonly notes: string;
}

/** Notes in Markdown, and a field to write them. */
export function RunNotes({ runId, notes }: RunNotesProps) {
  const [draft, setDraft] = useState<string | null>(null);
  const shown = useMemo(() => formatNotes(notes), [notes]);
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
            {"formatted" in shown ? (
              shown.formatted
            ) : (
              <>
                <p>
                  <em>{shown.plain}</em>
                </p>
                <pre className={classes["plainNotes"]}>{notes}</pre>
              </>
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
