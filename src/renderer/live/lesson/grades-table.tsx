import { Check, X } from "lucide-react";
import type { Grade } from "../../../shared/experiments/lessons.ts";
import { Badge } from "../../ui/badge.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { CellSentence } from "../outputs/place-link.tsx";
import classes from "./lesson.module.css";

interface GradesTableProps {
  readonly grades: readonly Grade[];
  /** Null while they are still coming. */
  readonly folder: string | null;
}

/** What each student's file gave: a line an exercise, and how many have passed each. */
export function GradesTable({ grades, folder }: GradesTableProps) {
  const exercises = [...new Set(grades.map(({ exercise }) => exercise))];
  const passedOf = (exercise: string): string => {
    const of = grades.filter((one) => one.exercise === exercise);
    return `${exercise}: ${of.filter(({ passed }) => passed).length} of ${of.length} passed`;
  };
  return (
    <>
      <p className={classes["facts"]}>
        {exercises.map(passedOf).join(" · ")}
        {folder === null ? "" : ` · ${folder}`}
      </p>
      <div className={classes["grades"]}>
        <DataTable label="Grades">
          <thead>
            <tr>
              <th scope="col">File</th>
              <th scope="col">Exercise</th>
              <th scope="col">Result</th>
              <th scope="col">Why</th>
            </tr>
          </thead>
          <tbody>
            {grades.map(({ file, exercise, passed, reason, diagnosis }, at) => (
              <tr key={`${file} ${exercise}`}>
                <th scope="row" className={classes["file"]}>
                  {grades[at - 1]?.file === file ? <span className="visually-hidden">{file}</span> : file}
                </th>
                <td>{exercise}</td>
                <td>
                  <Badge tone={passed ? "good" : "bad"} icon={passed ? Check : X}>
                    {passed ? "passed" : "not passed"}
                  </Badge>
                </td>
                <td className={classes["words"]}>
                  <CellSentence text={whyOf(reason, diagnosis)} />
                </td>
              </tr>
            ))}
          </tbody>
        </DataTable>
      </div>
    </>
  );
}

/** The diagnosis often says the reason again. */
function whyOf(reason: string, diagnosis: string): string {
  if (diagnosis === "" || reason.includes(diagnosis)) return reason;
  return diagnosis.startsWith(reason) ? diagnosis : `${reason} ${diagnosis}`;
}
