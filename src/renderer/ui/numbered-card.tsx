import { useId, type ReactNode } from "react";
import { CodeDisclosure } from "./code-disclosure.tsx";
import { ExactText } from "./exact-text.tsx";
import type { Fact } from "./fact-list.tsx";
import { OutcomeBadge, type Outcome } from "./outcome-badge.tsx";
import classes from "./numbered-card.module.css";

interface NumberedCardProps {
  /** What is numbered: "Rung", "Stage". */
  readonly kind: string;
  /** What the card is found by. */
  readonly id: string;
  readonly number: number | string;
  readonly name: string;
  readonly idea: string;
  readonly outcome: Outcome;
  /** Lists of numbers, each with a label for those who hear it. */
  readonly facts: readonly { readonly label: string; readonly facts: readonly Fact[] }[];
  /** "" where there is none to show. */
  readonly code: string;
  readonly source: string;
  /** Beside the text, where there is room. */
  readonly aside?: ReactNode;
  /** Under the reason. */
  readonly children?: ReactNode;
}

/** One step of several: its idea, how it came out, its numbers, and the code that runs. */
export function NumberedCard(props: NumberedCardProps) {
  const { kind, id, number, name, idea, outcome, facts, code, source, aside, children } = props;
  const title = useId();
  const data = { [`data-${kind.toLowerCase()}`]: id };
  return (
    <article className={classes["card"]} aria-labelledby={title} data-aside={aside !== undefined} {...data}>
      <div className={classes["number"]} aria-hidden="true">
        {number}
      </div>
      <div className={classes["body"]}>
        <header className={classes["head"]}>
          <h3 id={title}>
            <span className="visually-hidden">
              {kind} {number}:{" "}
            </span>
            {name}
          </h3>
          <OutcomeBadge outcome={outcome} />
        </header>
        <p className={classes["idea"]}>{idea}</p>
        {outcome.reason !== "" && <p className={classes["reason"]}>{outcome.reason}</p>}
        {children}
        {facts.map(({ label, facts: list }) => (
          <CardFacts key={label} label={label} facts={list} />
        ))}
        {code !== "" && <CodeDisclosure name={name} code={code} source={source} />}
      </div>
      {aside !== undefined && <div className={classes["aside"]}>{aside}</div>}
    </article>
  );
}

function CardFacts({ label, facts }: { readonly label: string; readonly facts: readonly Fact[] }) {
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
