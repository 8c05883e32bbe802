import { Button } from "@mantine/core";
import { ChevronDown, ChevronRight, Search } from "lucide-react";
import { memo, useId, useMemo, useState } from "react";
import type { ProductShape, RungDescription, RungResult } from "../../shared/experiments/ladder.ts";
import { useStore } from "../store/create-store.ts";
import { findPyTorch } from "./ladder-actions.ts";
import { ladderStore } from "./ladder-store.ts";
import { CodeBlock } from "../ui/code-block.tsx";
import { ExactText } from "../ui/exact-text.tsx";
import type { Fact } from "../ui/fact-list.tsx";
import { AccessPlayer } from "./access-player.tsx";
import { accessSteps } from "./access-steps.ts";
import { RungBadge } from "./rung-badge.tsx";
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
  const id = useId();
  const { rung, number, name, idea } = description;
  const steps = useMemo(() => accessSteps(rung), [rung]);
  const verdict = rungVerdict(description, result, { running });
  return (
    <article className={classes["card"]} aria-labelledby={id} data-rung={rung}>
      <div className={classes["number"]} aria-hidden="true">
        {number}
      </div>
      <div className={classes["body"]}>
        <header className={classes["head"]}>
          <h3 id={id}>
            <span className="visually-hidden">Rung {number}: </span>
            {name}
          </h3>
          <RungBadge verdict={verdict} />
        </header>
        <p className={classes["idea"]}>{idea}</p>
        {verdict.reason !== "" && <p className={classes["reason"]}>{verdict.reason}</p>}
        {rung === "pytorch" && description.unavailable !== "" && <PyTorchSearch />}
        {result !== undefined && <Facts facts={resultFacts(result)} label={`Result of ${name}`} />}
        <Facts facts={costFacts(shape)} label={`Cost of ${name}`} />
        {description.code !== "" && <RungCode description={description} />}
      </div>
      <div className={classes["memory"]}>
        {steps === null ? (
          <p className={classes["none"]}>Which elements this library touches, and when, is its own affair.</p>
        ) : (
          <AccessPlayer name={name} steps={steps} />
        )}
      </div>
    </article>
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

function Facts({ facts, label }: { readonly facts: readonly Fact[]; readonly label: string }) {
  if (facts.length === 0) return null;
  return (
    <dl className={classes["facts"]} aria-label={label}>
      {facts.map(({ label: name, text, exact }) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>{exact === undefined ? text : <ExactText text={text} exact={exact} />}</dd>
        </div>
      ))}
    </dl>
  );
}

function RungCode({ description: { name, code, source } }: { readonly description: RungDescription }) {
  const id = useId();
  const [open, setOpen] = useState(false);
  return (
    <div>
      <button
        type="button"
        className={classes["disclosure"]}
        aria-expanded={open}
        aria-controls={id}
        aria-label={`Code: ${name}`}
        onClick={() => setOpen(!open)}
      >
        {open ? (
          <ChevronDown size="1rem" aria-hidden="true" />
        ) : (
          <ChevronRight size="1rem" aria-hidden="true" />
        )}
        Code
        <span className={`${classes["source"] ?? ""} mono`}>{source}</span>
      </button>
      <div id={id} hidden={!open}>
        {open && <CodeBlock code={code} label={`Code of ${name}`} />}
      </div>
    </div>
  );
}
