import { useId, useMemo } from "react";
import type { StageGain } from "../../shared/experiments/stages.ts";
import { Formula } from "../ui/formula.tsx";
import { ExactText } from "../ui/exact-text.tsx";
import { gainWords } from "./gain-words.ts";
import classes from "./stages-view.module.css";

/** The ratios between stages, each with its 95 % interval, a sentence and why. */
export function GainsPart({ gains }: { readonly gains: readonly StageGain[] }) {
  const id = useId();
  const words = useMemo(() => gainWords(gains), [gains]);
  return (
    <section className={classes["part"]} aria-labelledby={id}>
      <h2 id={id}>What makes the difference</h2>
      <p className={classes["quiet"]}>Ratios of median times with their 95 % bootstrap intervals.</p>
      <ul className={classes["gains"]}>
        {words.map(({ key, title, ratio, exact, sentence, formula, why }) => (
          <li key={key} className={classes["gain"]} data-gain={key}>
            <div className={classes["ratio"]}>
              <ExactText text={ratio} exact={exact} />
            </div>
            <div>
              <h3>{title}</h3>
              <p>{sentence}</p>
              {formula !== "" && <Formula source={formula} />}
              <details>
                <summary aria-label={`Why: ${title}`}>Why</summary>
                <p className={classes["why"]}>{why}</p>
              </details>
            </div>
          </li>
        ))}
      </ul>
    </section>
  );
}
