import { ChevronDown, ChevronRight } from "lucide-react";
import { useId, useState } from "react";
import { CodeBlock } from "../ui/code-block.tsx";
import classes from "./stage-card.module.css";

interface CodeDisclosureProps {
  /** Whose code it is. */
  readonly name: string;
  readonly code: string;
  readonly source: string;
}

/** The code that runs, folded away until it is wanted. */
export function CodeDisclosure({ name, code, source }: CodeDisclosureProps) {
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
