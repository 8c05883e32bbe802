import type { ProductShape, RungResult } from "../../shared/experiments/ladder.ts";
import { useStore } from "../store/create-store.ts";
import { ladderStore } from "./ladder-store.ts";
import { AccessKey } from "./access-key.tsx";
import { LADDER_PARTS } from "./ladder-parts.tsx";
import { ladderAt, shapeText } from "./ladder-results.ts";
import { RungCard } from "./rung-card.tsx";
import classes from "./rung-card.module.css";

interface RungCardsProps {
  readonly results: readonly RungResult[];
  readonly shape: ProductShape;
  readonly running: boolean;
}

/** The rungs from the lowest up, at one shape. */
export function RungCards({ results, shape, running }: RungCardsProps) {
  const described = useStore(ladderStore, ({ rungs }) => rungs) ?? [];
  const here = ladderAt(results, shape);
  return (
    <section aria-labelledby={LADDER_PARTS.rungs} className={classes["section"]}>
      <div className={classes["above"]}>
        <h2 id={LADDER_PARTS.rungs} tabIndex={-1}>
          Rungs at {shapeText(shape)}
        </h2>
        <AccessKey />
      </div>
      <ol className={classes["cards"]}>
        {described.map((description) => (
          <li key={description.rung}>
            <RungCard
              description={description}
              shape={shape}
              running={running}
              result={here.find(({ rung }) => rung === description.rung)}
            />
          </li>
        ))}
      </ol>
    </section>
  );
}
