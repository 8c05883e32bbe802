import { ExactText } from "./exact-text.tsx";
import classes from "./fact-list.module.css";

export interface Fact {
  readonly label: string;
  readonly text: string;
  /** The number behind the text; without it the text is words. */
  readonly exact?: string;
}

interface FactListProps {
  readonly title: string;
  readonly facts: readonly Fact[];
  /** Where it stands in the page's outline. */
  readonly level?: 2 | 3;
}

/** A titled list of names and values. */
export function FactList({ title, facts, level = 3 }: FactListProps) {
  const Heading = level === 2 ? "h2" : "h3";
  return (
    <section>
      <Heading className={classes["title"]}>{title}</Heading>
      <dl className={classes["facts"]}>
        {facts.map(({ label, text, exact }, index) => (
          <div key={index}>
            <dt>{label}</dt>
            <dd>{exact === undefined ? text : <ExactText text={text} exact={exact} />}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}
