import { Button } from "@mantine/core";
import { Copy } from "lucide-react";
import hljs from "highlight.js/lib/core";
import typescript from "highlight.js/lib/languages/typescript";
import { useMemo, useState } from "react";
import { copyText } from "../store/save.ts";
import classes from "./code-block.module.css";

hljs.registerLanguage("typescript", typescript);

/** Longer code shows its beginning; a few lines more than that are not worth a button. */
const FOLDED_LINES = 24;
const SPARED_LINES = 4;

/**
 * TypeScript in the colours of tokens.css, all of it in the page's own flow: nothing scrolls inside, long code is
 * folded. The highlighter escapes what it is given and writes classes only.
 */
export function CodeBlock({ code, label }: { readonly code: string; readonly label: string }) {
  const lines = useMemo(() => code.trimEnd().split("\n"), [code]);
  const long = lines.length > FOLDED_LINES + SPARED_LINES;
  const [all, setAll] = useState(false);
  const shown = long && !all ? lines.slice(0, FOLDED_LINES).join("\n") : code;
  const html = useMemo(() => hljs.highlight(shown, { language: "typescript" }).value, [shown]);
  return (
    <div className={classes["block"]} role="region" aria-label={label}>
      <div className={classes["tools"]}>
        <Button
          variant="default"
          size="compact-xs"
          leftSection={<Copy size="0.75rem" aria-hidden="true" />}
          aria-label={`Copy: ${label}`}
          onClick={() => void copyText("Code", code)}
        >
          Copy
        </Button>
      </div>
      <pre className={classes["code"]}>
        <code dangerouslySetInnerHTML={{ __html: html }} />
      </pre>
      {long && (
        <Button
          variant="subtle"
          size="compact-xs"
          className={classes["fold"] ?? ""}
          aria-expanded={all}
          aria-label={`${all ? "Show the beginning" : `Show all ${lines.length} lines`}: ${label}`}
          onClick={() => setAll(!all)}
        >
          {all ? "Show the beginning" : `Show all ${lines.length} lines`}
        </Button>
      )}
    </div>
  );
}
