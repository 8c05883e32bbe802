import { Button } from "@mantine/core";
import { useState } from "react";
import type { Importance, Learned } from "../../../shared/experiments/learned.ts";
import { ask } from "../../bridge/lab.ts";
import { formatNumber } from "../../format/number.ts";
import { showFailure } from "../../store/lab-store.ts";
import classes from "./learned.module.css";

const MOST_SHOWN = 30;

/** Which columns count, found by mixing each; asked for, because it takes a while. */
export function ImportancePart({ learned: { runId, weights, layout } }: { readonly learned: Learned }) {
  const [found, setFound] = useState<Importance | null>(null);
  if (layout !== null) return null;
  const look = async (): Promise<void> => {
    try {
      setFound(await ask(window.lab.learnedImportance({ runId, weights })));
    } catch (error) {
      showFailure("The features were not mixed", error);
    }
  };
  const most = Math.max(1e-12, ...(found?.features ?? []).map(({ rise }) => Math.abs(rise)));
  return (
    <section className={classes["part"]} aria-label="Importance of features">
      <h3>Importance of features</h3>
      {found === null ? (
        <Button size="xs" variant="default" onClick={() => void look()}>
          Mix each column and look
        </Button>
      ) : (
        <>
          <p className={classes["quiet"]}>
            by how much the loss, {formatNumber(found.loss, 4)}, grows when a column's values are mixed among{" "}
            {formatNumber(found.rows)} rows
          </p>
          <table className={classes["bars"]}>
            <tbody>
              {found.features.slice(0, MOST_SHOWN).map(({ name, rise }) => (
                <tr key={name}>
                  <th scope="row">{name}</th>
                  <td>
                    <span
                      className={classes["bar"]}
                      style={{ width: `${(100 * Math.max(0, rise)) / most}%` }}
                    />
                  </td>
                  <td data-numeric="true">{formatNumber(rise, 4)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
    </section>
  );
}
