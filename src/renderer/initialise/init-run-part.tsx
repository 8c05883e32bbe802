import { useMemo } from "react";
import type { RunPartProps } from "../ui/run-part.ts";
import { useAnswer } from "../bridge/use-answer.ts";
import { InitResults } from "./initialise-view.tsx";
import { ErrorNotice } from "../ui/notices.tsx";
import part from "../ui/run-part.module.css";

/** What a saved initialisation showed. */
export function InitRunPart({ details: { run } }: RunPartProps) {
  const { id, status } = run;
  const input = useMemo(() => ({ runId: id }), [id]);
  const answer = useAnswer(window.lab.initGet, input, status, 0);
  return (
    <section className={part["part"]}>
      {answer.kind === "failed" && <ErrorNotice title="The layers could not be read" error={answer.error} />}
      {answer.kind === "known" && <InitResults report={answer.value.report} />}
    </section>
  );
}
