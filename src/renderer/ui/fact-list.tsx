import { ExactText } from "./exact-text.tsx";
import classes from "./fact-list.module.css";

export interface Fact {
  readonly label: string;
  readonly text: string;
  /** The number behind the text; without it the text is words. */
  readonly exact?: string;
}

/** Whole sentences under one name, each on lines of its own. */
interface FactPoints {
  readonly label: string;
  readonly points: readonly string[];
}

export type ListedFact = Fact | FactPoints;

interface FactListProps {
  readonly title: string;
  readonly facts: readonly ListedFact[];
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
        {facts.map((fact, index) => (
          <div key={index}>
            <dt>{fact.label}</dt>
            <dd>{"points" in fact ? <Points points={fact.points} /> : <Value fact={fact} />}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

const Value = ({ fact: { text, exact } }: { readonly fact: Fact }) =>
  exact === undefined ? text : <ExactText text={text} exact={exact} />;

const Points = ({ points }: { readonly points: readonly string[] }) => (
  <ul>
    {points.map((point, index) => (
      <li key={index}>{point}</li>
    ))}
  </ul>
);
