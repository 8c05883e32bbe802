import { useStore } from "../store/create-store.ts";
import { ladderStore } from "./ladder-store.ts";
import type { LadderForecast, RungId } from "../../shared/experiments/ladder.ts";
import { formatDuration, formatForecast } from "../../shared/format/duration.ts";
import { formatBytes } from "../../shared/format/number.ts";
import classes from "../ui/controls.module.css";
import { cutRungs, type CutRung } from "./cut-rungs.ts";
import { shapeText } from "./ladder-results.ts";
import own from "./ladder-controls.module.css";

/** A sweep's list is long: more than this is folded. */
const MOST_SHOWN = 6;

/** Time and memory under the primary button, and the rungs that the budget will cut or skip. */
export function LadderForecastNote({ forecast }: { readonly forecast: LadderForecast }) {
  const described = useStore(ladderStore, ({ rungs }) => rungs);
  const { bytes, ms, rungs } = forecast;
  const nameOf = (id: RungId) => described?.find(({ rung }) => rung === id)?.name ?? id;
  return (
    <>
      <CutRungs rungs={cutRungs(rungs)} nameOf={nameOf} />
      <details className={classes["forecast"]}>
        <summary>
          needs {formatBytes(bytes)} of memory,{" "}
          <span className={classes["unbroken"]}>{formatForecast(ms / 1000)}</span>
        </summary>
        <p>One call of each rung is forecast to take:</p>
        <dl className={classes["parts"]}>
          {rungs.map(({ rung, shape, callMs }) => (
            <div key={`${rung} ${shapeText(shape)}`} style={{ display: "contents" }}>
              <dt>
                {nameOf(rung)}
                {rungs.some((other) => other.rung === rung && other.shape.m !== shape.m) && `, ${shape.m}³`}
              </dt>
              <dd>{formatDuration(callMs)}</dd>
            </div>
          ))}
        </dl>
      </details>
    </>
  );
}

interface CutRungsProps {
  readonly rungs: readonly CutRung[];
  readonly nameOf: (id: RungId) => string;
}

function CutRungs({ rungs, nameOf }: CutRungsProps) {
  if (rungs.length === 0) return null;
  const list = (
    <ul className={own["cut"]} aria-label="Rungs that the budget cuts or skips">
      {rungs.map(({ rung, note, shapes }) => (
        <li key={`${rung} ${note}`}>
          <strong>{nameOf(rung)}</strong> {shapes === "" ? note : `at ${shapes}: ${note}`}
        </li>
      ))}
    </ul>
  );
  if (rungs.length <= MOST_SHOWN) return list;
  return (
    <details className={classes["forecast"]}>
      <summary>the budget cuts some rungs</summary>
      {list}
    </details>
  );
}
