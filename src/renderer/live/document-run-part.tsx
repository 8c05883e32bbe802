import { Button } from "@mantine/core";
import { NotebookPen } from "lucide-react";
import { useMemo } from "react";
import { counted } from "../../core/counted.ts";
import type { RunPartProps } from "../ui/run-part.ts";
import type { DocumentRunReport } from "../../shared/experiments/document-run.ts";
import { readLabDocument } from "../../shared/documents/read-lab-document.ts";
import { showView } from "../app/views.ts";
import { useAnswer } from "../bridge/use-answer.ts";
import { ErrorNotice } from "../ui/notices.tsx";
import part from "../ui/run-part.module.css";
import { createDocument } from "./library/library-store.ts";
import { CellOutputs } from "./outputs/cell-outputs.tsx";

/** What the cells of a notebook's run showed, and the way to its text. Runs of the earlier, fixed notebook have none. */
export function DocumentRunPart({ details: { run } }: RunPartProps) {
  const input = useMemo(() => ({ runId: run.id }), [run.id]);
  const answer = useAnswer(window.lab.sessionReport, input, run.status, 0);
  if (answer.kind === "failed") {
    return <ErrorNotice title="What the cells showed could not be read" error={answer.error} />;
  }
  if (answer.kind !== "known" || answer.value.report === null) return null;
  return <Shown report={answer.value.report} />;
}

function Shown({ report: { text, title, cells, left } }: { readonly report: DocumentRunReport }) {
  const order = useMemo(() => readLabDocument(title, text).document.cells.map(({ id }) => id), [title, text]);
  return (
    <section className={part["part"]}>
      <h3>What the cells showed</h3>
      <div className={part["tools"]}>
        <Button
          variant="default"
          leftSection={<NotebookPen size="1rem" aria-hidden="true" />}
          onClick={() => {
            void createDocument({ kind: "text", text }, null);
            showView("notebook");
          }}
        >
          Make its text a notebook of mine
        </Button>
        {left.length > 0 && <span>{counted(left.length, "cell")} did not run</span>}
      </div>
      {cells.map(({ title: name, result, judged }) => {
        const number = order.indexOf(result.id) + 1;
        if (result.outputs.length === 0 && result.error === null) return null;
        return (
          <div key={result.id}>
            <h4>
              Cell {number}
              {name === result.id ? "" : ` · ${name}`}
            </h4>
            <CellOutputs
              id={result.id}
              number={number}
              shown={{ outputs: result.outputs, result, judged, hash: null, current: true }}
              near
            />
          </div>
        );
      })}
    </section>
  );
}
