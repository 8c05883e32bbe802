import { useLayoutEffect, useRef } from "react";
import classes from "./outputs.module.css";

/** More lines are scrolled in a box of their own, so that the next cell stays near. */
const MOST_LINES = 40;
/** So near to the end counts as at the end. */
const NEAR_END_PX = 8;

interface PrintedTextProps {
  readonly text: string;
  readonly number: number;
  /** Whether more may come. */
  readonly running: boolean;
}

/** What `print` said; while the cell runs, a long text shows its end unless somebody has scrolled away from it. */
export function PrintedText({ text, number, running }: PrintedTextProps) {
  const box = useRef<HTMLPreElement>(null);
  const atEnd = useRef(running);
  const long = isLong(text);
  useLayoutEffect(() => {
    const shown = box.current;
    if (shown !== null && atEnd.current) shown.scrollTop = shown.scrollHeight;
  }, [text]);
  if (!long) return <pre className={classes["text"]}>{text}</pre>;
  return (
    <pre
      ref={box}
      className={classes["text"]}
      data-long="true"
      role="region"
      aria-label={`Text of cell ${number}`}
      tabIndex={0}
      onScroll={({ currentTarget: { scrollTop, scrollHeight, clientHeight } }) => {
        atEnd.current = running && scrollHeight - clientHeight - scrollTop < NEAR_END_PX;
      }}
    >
      {text}
    </pre>
  );
}

function isLong(text: string): boolean {
  let lines = 1;
  for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
    lines++;
    if (lines > MOST_LINES) return true;
  }
  return false;
}
