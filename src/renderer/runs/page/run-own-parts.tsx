import { codeOfPart, placeOfPart, type OwnPart } from "../../../shared/runs/own-part.ts";
import { CodeDisclosure } from "../../ui/code-disclosure.tsx";
import { FactList, type Fact } from "../../ui/fact-list.tsx";
import classes from "../runs.module.css";
import part from "../../ui/run-part.module.css";

/** Activations and losses of a person's own, with the code they had when the run was done. */
export function RunOwnParts({ parts }: { readonly parts: readonly OwnPart[] }) {
  return (
    <section className={part["part"]} aria-label="Parts of one’s own">
      <h3>Parts of one’s own</h3>
      <div className={classes["ownParts"]}>
        {parts.map((own, index) => (
          <div key={index}>
            <FactList title={`${own.kind} ${own.name}`} facts={factsOf(own)} />
            {own.origin !== null && own.origin.source === null ? (
              <p className={classes["notKept"]}>
                Its code was not kept: it is too long, or the run is older than that.
              </p>
            ) : (
              <CodeDisclosure
                name={`${own.kind} ${own.name}`}
                code={codeOfPart(own)}
                source="as it was when this run began"
              />
            )}
          </div>
        ))}
      </div>
    </section>
  );
}

const factsOf = (own: OwnPart): readonly Fact[] => [
  { label: "forward", text: own.forward },
  { label: "backward", text: own.backward?.replaceAll("\n", "; ") ?? "derived" },
  { label: "from", text: placeOfPart(own) },
  ...(own.origin === null
    ? []
    : [{ label: "code hash", text: own.origin.codeHash.slice(0, 12), exact: own.origin.codeHash }]),
];
