import { counted } from "../../core/counted.ts";
import { NativeSelect } from "@mantine/core";
import {
  COLUMN_KINDS,
  COLUMN_ROLES,
  columnProblem,
  type ColumnChoice,
  type ColumnSummary,
  type ImportPlan,
  type ImportPreview,
} from "../../shared/experiments/data-import.ts";
import { formatGiven, formatNumber } from "../../shared/format/number.ts";
import { DataTable } from "../ui/data-table.tsx";
import { changePlan } from "./import-store.ts";
import own from "./data.module.css";

/** More columns are images or the like, and alike. */
const SHOWN_COLUMNS = 200;

const choices = <T extends string>(table: Readonly<Record<T, string>>) =>
  Object.entries<string>(table).map(([value, label]) => ({ value: value as T, label }));
const [ROLES, KINDS] = [choices(COLUMN_ROLES), choices(COLUMN_KINDS)];

function holds({ words, distinct, frequent, min, max }: ColumnSummary, { kind }: ColumnChoice): string {
  if (kind === "category" || words > 0) {
    if (distinct === null) return "more than 1,000 different values";
    const shown = frequent.slice(0, 4).map(({ value, rows }) => `${value} (${formatNumber(rows)})`);
    return `${counted(distinct, "value")}: ${shown.join(", ")}${distinct > 4 ? ", …" : ""}`;
  }
  return distinct === 1 ? `${formatGiven(min)} in every row` : `${formatGiven(min)} to ${formatGiven(max)}`;
}

/** How each column was understood, to be changed; a column that cannot be taken so says why. */
export function ColumnTable({
  preview,
  plan,
}: {
  readonly preview: ImportPreview;
  readonly plan: ImportPlan;
}) {
  const { columns } = preview;
  if (columns.length === 0) return null;
  const change = (index: number, part: Partial<ColumnChoice>): void => {
    const single = part.role === "label" && plan.target === "classes";
    const next = plan.columns.map((choice, at) => {
      if (at === index) return { ...choice, ...part };
      // Classes stand in one column.
      return single && choice.role === "label" ? { ...choice, role: "feature" as const } : choice;
    });
    changePlan({ columns: next, ...(part.role === "split" ? { split: { by: "column" as const } } : {}) });
  };
  return (
    <>
      <DataTable label="How each column is understood">
        <thead>
          <tr>
            <th scope="col">Column</th>
            <th scope="col">Taken as</th>
            <th scope="col">Kind</th>
            <th scope="col">Holds</th>
            <th scope="col">Missing</th>
          </tr>
        </thead>
        <tbody>
          {columns.slice(0, SHOWN_COLUMNS).map((summary, index) => {
            const choice = plan.columns[index] ?? { role: "ignored", kind: "number" };
            const problem = columnProblem(summary, index, choice, plan);
            return (
              <tr key={index}>
                <td>{summary.name}</td>
                <td>
                  <NativeSelect
                    size="xs"
                    className={own["choice"]}
                    aria-label={`What ${summary.name} is taken as`}
                    value={choice.role}
                    data={ROLES}
                    onChange={(event) =>
                      change(index, { role: event.currentTarget.value as ColumnChoice["role"] })
                    }
                  />
                </td>
                <td>
                  {choice.role === "feature" && (
                    <NativeSelect
                      size="xs"
                      className={own["choice"]}
                      aria-label={`Kind of ${summary.name}`}
                      value={choice.kind}
                      data={KINDS}
                      onChange={(event) =>
                        change(index, { kind: event.currentTarget.value as ColumnChoice["kind"] })
                      }
                    />
                  )}
                </td>
                <td data-wrap="true">
                  {holds(summary, choice)}
                  {problem !== "" && <div className={own["problems"]}>{problem}</div>}
                </td>
                <td>{summary.missing === 0 ? "" : formatNumber(summary.missing)}</td>
              </tr>
            );
          })}
        </tbody>
      </DataTable>
      {columns.length > SHOWN_COLUMNS && (
        <p className={own["quiet"]}>
          and {formatNumber(columns.length - SHOWN_COLUMNS)} more columns, taken as they were understood
        </p>
      )}
    </>
  );
}
