import { memo, useId } from "react";
import type { StageDescription, StageResult } from "../../shared/experiments/stages.ts";
import { ExactText } from "../ui/exact-text.tsx";
import { CodeDisclosure } from "./code-disclosure.tsx";
import { StageBadge } from "./stage-badge.tsx";
import { stageFacts, stageVerdict } from "./stage-facts.ts";
import classes from "./stage-card.module.css";

interface StageCardsProps {
  readonly stages: readonly StageDescription[];
  readonly results: readonly StageResult[];
  readonly running: boolean;
}

/** The stages in the notebook's order. */
export function StageCards({ stages, results, running }: StageCardsProps) {
  return (
    <section aria-labelledby="stages-cards" className={classes["section"]}>
      <h2 id="stages-cards">The stages</h2>
      <ol className={classes["cards"]}>
        {stages.map((description) => (
          <li key={description.id}>
            <StageCard
              description={description}
              result={results.find(({ id }) => id === description.id)}
              running={running}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}

interface StageCardProps {
  readonly description: StageDescription;
  readonly result: StageResult | undefined;
  readonly running: boolean;
}

/** One stage: its idea, what was measured, and the code that runs. */
const StageCard = memo(function StageCard({ description, result, running }: StageCardProps) {
  const id = useId();
  const { number, name, idea, code, source } = description;
  const verdict = stageVerdict(description, result, { running });
  const facts = result === undefined ? [] : stageFacts(result);
  return (
    <article className={classes["card"]} aria-labelledby={id} data-stage={description.id}>
      <div className={classes["number"]} aria-hidden="true">
        {number}
      </div>
      <div className={classes["body"]}>
        <header className={classes["head"]}>
          <h3 id={id}>
            <span className="visually-hidden">Stage {number}: </span>
            {name}
          </h3>
          <StageBadge verdict={verdict} />
        </header>
        <p className={classes["idea"]}>{idea}</p>
        {verdict.reason !== "" && <p className={classes["reason"]}>{verdict.reason}</p>}
        {facts.length > 0 && (
          <dl className={classes["facts"]} aria-label={`Measured of ${name}`}>
            {facts.map(({ label, text, exact }) => (
              <div key={label}>
                <dt>{label}</dt>
                <dd>{exact === undefined ? text : <ExactText text={text} exact={exact} />}</dd>
              </div>
            ))}
          </dl>
        )}
        <CodeDisclosure name={name} code={code} source={source} />
      </div>
    </article>
  );
});
