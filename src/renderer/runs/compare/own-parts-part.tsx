import { useState } from "react";
import type { ComparedPart, RunComparison } from "../../../shared/runs/run-comparison.ts";
import { codeOfPart, placeOfPart, type OwnPart } from "../../../shared/runs/own-part.ts";
import { CodeBlock } from "../../ui/code-block.tsx";
import { DisclosureButton } from "../../ui/code-disclosure.tsx";
import { DataTable } from "../../ui/data-table.tsx";
import { ExactText } from "../../ui/exact-text.tsx";
import { RunHeads } from "./settings-part.tsx";
import { RunMark } from "./run-mark.tsx";
import type { RunLook } from "./run-look.ts";
import own from "./compare.module.css";

interface OwnPartsPartProps {
  readonly comparison: RunComparison;
  readonly looks: readonly RunLook[];
}

/** Activations and losses of people's own: which runs have the same code, and what it says. */
export function OwnPartsPart({ comparison: { parts }, looks }: OwnPartsPartProps) {
  const [open, setOpen] = useState(false);
  if (parts.length === 0) return null;
  return (
    <section className={own["part"]}>
      <h3>Parts of one’s own</h3>
      <DataTable label="Parts of one’s own side by side" columns="chosen">
        <RunHeads looks={looks} first="part" />
        <tbody>
          {parts.map((part, row) => (
            <tr key={row}>
              <th scope="row">
                {part.kind} {part.name}
              </th>
              {part.runs.map((one, i) => (
                <td key={looks[i]?.run.id}>{one === null ? "–" : <Version part={part} one={one} />}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </DataTable>
      <DisclosureButton id="compared-parts-code" label="Code of the parts" open={open} onToggle={setOpen}>
        Code
      </DisclosureButton>
      <div id="compared-parts-code" hidden={!open}>
        {open && parts.map((part, row) => <Codes key={row} part={part} looks={looks} />)}
      </div>
    </section>
  );
}

/** The codes of a part that differ, in the order of the runs. */
const codesOf = ({ runs }: ComparedPart): readonly string[] => [
  ...new Set(runs.flatMap((one) => (one === null ? [] : [codeOfPart(one)]))),
];

function Version({ part, one }: { readonly part: ComparedPart; readonly one: OwnPart }) {
  const codes = codesOf(part);
  const alone = part.runs.filter((other) => other !== null).length === 1;
  const which =
    codes.length > 1
      ? `code ${codes.indexOf(codeOfPart(one)) + 1}`
      : alone
        ? "its own code"
        : "the same code";
  const place = placeOfPart(one);
  const { origin } = one;
  return (
    <>
      {which},{" "}
      {origin === null ? (
        place
      ) : (
        <ExactText text={`${place} (${origin.codeHash.slice(0, 8)})`} exact={origin.codeHash} />
      )}
    </>
  );
}

/** Each code once, with the runs that have it. */
function Codes({ part, looks }: { readonly part: ComparedPart; readonly looks: readonly RunLook[] }) {
  const codes = codesOf(part);
  return codes.map((code, index) => {
    const title = `${part.kind} ${part.name}${codes.length === 1 ? "" : `, code ${index + 1}`}`;
    const having = looks.filter((_, i) => {
      const one = part.runs[i] ?? null;
      return one !== null && codeOfPart(one) === code;
    });
    return (
      <div key={index} className={own["partCode"]}>
        <h4>
          {title}
          {having.map((look) => (
            <span key={look.run.id} className={own["partRun"]}>
              <RunMark look={look} /> {look.label}
            </span>
          ))}
        </h4>
        <CodeBlock code={code} label={`Code of ${title}`} />
      </div>
    );
  });
}
