import hljs from "highlight.js/lib/core";
import typescript from "highlight.js/lib/languages/typescript";
import { useMemo } from "react";
import classes from "./code-block.module.css";

hljs.registerLanguage("typescript", typescript);

/** TypeScript in the colours of tokens.css. The highlighter escapes what it is given and writes classes only. */
export function CodeBlock({ code, label }: { readonly code: string; readonly label: string }) {
  const html = useMemo(() => hljs.highlight(code, { language: "typescript" }).value, [code]);
  return (
    <pre className={classes["code"]} tabIndex={0} role="region" aria-label={label}>
      <code dangerouslySetInnerHTML={{ __html: html }} />
    </pre>
  );
}
