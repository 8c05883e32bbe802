import { useId, useState, type ReactNode } from "react";
import { ChevronDown, ChevronRight } from "lucide-react";
import { CodeBlock } from "./code-block.tsx";
import classes from "./code-disclosure.module.css";

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
      <DisclosureButton id={id} label={`Code: ${name}`} open={open} onToggle={setOpen}>
        Code
        <span className={`${classes["source"] ?? ""} mono`}>{source}</span>
      </DisclosureButton>
      <div id={id} hidden={!open}>
        {open && <CodeBlock code={code} label={`Code of ${name}`} />}
      </div>
    </div>
  );
}

interface DisclosureButtonProps {
  /** What it unfolds. */
  readonly id: string;
  readonly label: string;
  readonly open: boolean;
  readonly onToggle: (open: boolean) => void;
  readonly children: ReactNode;
}

export function DisclosureButton({ id, label, open, onToggle, children }: DisclosureButtonProps) {
  const Chevron = open ? ChevronDown : ChevronRight;
  return (
    <button
      type="button"
      className={classes["disclosure"]}
      aria-expanded={open}
      aria-controls={id}
      aria-label={label}
      onClick={() => onToggle(!open)}
    >
      <Chevron size="1rem" aria-hidden="true" />
      {children}
    </button>
  );
}
