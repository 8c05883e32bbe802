import { useId, useState } from "react";
import type { CellDescription } from "../../shared/experiments/notebook.ts";
import { CodeBlock } from "../ui/code-block.tsx";
import { DisclosureButton } from "../ui/code-disclosure.tsx";
import classes from "./cell-card.module.css";

/** The why and the code, folded away until they are wanted. */
export function CellDisclosures({ cell }: { readonly cell: CellDescription }) {
  const id = useId();
  const [why, setWhy] = useState(false);
  const [code, setCode] = useState(false);
  const toggle = (label: string, open: boolean, onToggle: (open: boolean) => void) => (
    <DisclosureButton id={`${id}-${label}`} label={`${label}: ${cell.title}`} open={open} onToggle={onToggle}>
      {label}
    </DisclosureButton>
  );
  return (
    <div>
      <div className={classes["disclosures"]}>
        {cell.why !== "" && toggle("Why", why, setWhy)}
        {cell.code !== "" && toggle("Code", code, setCode)}
      </div>
      <div id={`${id}-Why`} hidden={!why} className={classes["why"]}>
        {cell.why.split(/\n{2,}/).map((paragraph, index) => (
          <p key={index}>{paragraph}</p>
        ))}
      </div>
      <div id={`${id}-Code`} hidden={!code}>
        {code && <CodeBlock code={cell.code} label={`Code of cell ${cell.id}`} />}
      </div>
    </div>
  );
}
