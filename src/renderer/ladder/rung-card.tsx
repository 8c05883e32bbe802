import { Button } from "@mantine/core";
import { Search } from "lucide-react";
import { memo, useMemo } from "react";
import type { ProductShape, RungDescription, RungResult } from "../../shared/experiments/ladder.ts";
import { useStore } from "../store/create-store.ts";
import { findPyTorch } from "./ladder-actions.ts";
import { ladderStore } from "./ladder-store.ts";
import { NumberedCard } from "../ui/numbered-card.tsx";
import { AccessPlayer } from "./access-player.tsx";
import { accessSteps } from "./access-steps.ts";
import { costFacts, resultFacts } from "./rung-numbers.ts";
import { rungVerdict } from "./rung-verdict.ts";
import classes from "./rung-card.module.css";

interface RungCardProps {
  readonly description: RungDescription;
  readonly shape: ProductShape;
  readonly result: RungResult | undefined;
  readonly running: boolean;
}

/** One rung: its idea, what it costs, what was measured, which memory it touches, and the code that runs. */
export const RungCard = memo(function RungCard({ description, shape, result, running }: RungCardProps) {
  const { rung, number, name, idea, code, source } = description;
  const steps = useMemo(() => accessSteps(rung), [rung]);
  const results = result === undefined ? [] : [{ label: `Result of ${name}`, facts: resultFacts(result) }];
  return (
    <NumberedCard
      kind="Rung"
      id={rung}
      number={number}
      name={name}
      idea={idea}
      outcome={rungVerdict(description, result, { running })}
      facts={[...results, { label: `Cost of ${name}`, facts: costFacts(shape) }]}
      code={code}
      source={source}
      aside={
        steps === null ? (
          <p className={classes["none"]}>Which elements this library touches, and when, is its own affair.</p>
        ) : (
          <AccessPlayer name={name} steps={steps} />
        )
      }
    >
      {rung === "pytorch" && description.unavailable !== "" && <PyTorchSearch />}
    </NumberedCard>
  );
});

/** Looks for PyTorch, and says where each Python lies that is started for it. */
function PyTorchSearch() {
  const python = useStore(ladderStore, (state) => state.triedPython);
  return (
    <>
      <Button
        variant="default"
        w="fit-content"
        leftSection={<Search size="0.875rem" aria-hidden="true" />}
        disabled={python !== null}
        onClick={() => void findPyTorch()}
      >
        Look for PyTorch
      </Button>
      {python !== null && (
        <p className={classes["reason"]} role="status">
          Starting <span className="mono">{python}</span>
        </p>
      )}
    </>
  );
}
