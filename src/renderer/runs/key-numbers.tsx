import type { Quantities } from "../../shared/run-records.ts";
import { namedQuantity } from "../format/named-quantity.ts";
import { ExactText } from "../ui/exact-text.tsx";
import classes from "./runs.module.css";

/** A line holds this many; the run's page has them all. */
const MOST = 5;

export function KeyNumbers({ summary }: { readonly summary: Quantities }) {
  return (
    <span className={classes["keyNumbers"]}>
      {Object.entries(summary)
        .slice(0, MOST)
        .map(([key, value]) => {
          const { label, text, exact } = namedQuantity(key, value);
          return (
            <span key={key}>
              <span className={classes["keyLabel"]}>{label}</span> <ExactText text={text} exact={exact} />
            </span>
          );
        })}
    </span>
  );
}
