import { memo } from "react";
import type { StageDescription, StageResult } from "../../shared/experiments/stages.ts";
import { NumberedCard } from "../ui/numbered-card.tsx";
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
  const { id, number, name, idea, code, source } = description;
  return (
    <NumberedCard
      kind="Stage"
      id={id}
      number={number}
      name={name}
      idea={idea}
      outcome={stageVerdict(description, result, { running })}
      facts={[{ label: `Measured of ${name}`, facts: result === undefined ? [] : stageFacts(result) }]}
      code={code}
      source={source}
    />
  );
});
