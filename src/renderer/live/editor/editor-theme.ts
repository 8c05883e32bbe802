import { syntaxHighlighting } from "@codemirror/language";
import type { Extension } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { classHighlighter } from "@lezer/highlight";
import { pageNonce } from "../../theme/page-nonce.ts";

/** The tokens of the page, so that both themes and the projector's scale have one source. */
const theme = EditorView.theme({
  "&": { color: "var(--ink)", backgroundColor: "transparent", fontSize: "0.8125rem" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--font-mono)", lineHeight: "1.5" },
  ".cm-content": { padding: "var(--space-2) 0", caretColor: "var(--ink)" },
  ".cm-line": { padding: "0 var(--space-2)" },
  ".cm-gutters": { color: "var(--ink-3)", backgroundColor: "transparent", border: "none" },
  ".cm-lineNumbers .cm-gutterElement": { padding: "0 0.25rem 0 0.5rem", minWidth: "2.25rem" },
  ".cm-activeLineGutter, .cm-activeLine": { backgroundColor: "transparent" },
  "&.cm-focused .cm-activeLine": { backgroundColor: "color-mix(in srgb, var(--accent) 6%, transparent)" },
  ".cm-content ::selection, .cm-content::selection": {
    backgroundColor: "color-mix(in srgb, var(--accent) 24%, transparent)",
  },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": {
    backgroundColor: "transparent",
    outline: "1px solid var(--line-strong)",
  },
  ".cm-failedLine": { backgroundColor: "var(--bad-soft)", boxShadow: "inset 0.1875rem 0 var(--bad)" },
  ".cm-found": { backgroundColor: "var(--warn-soft)", outline: "1px solid var(--warn)" },
  ".cm-found-current": { backgroundColor: "var(--warn-soft)", outline: "2px solid var(--warn)" },
  "&.cm-editor .cm-collapsedLines": {
    color: "var(--ink-2)",
    background: "var(--sunken)",
    "&:before, &:after": { content: "'…'" },
  },
  ".cm-tooltip": {
    color: "var(--ink)",
    backgroundColor: "var(--surface)",
    border: "1px solid var(--line-strong)",
    borderRadius: "var(--radius)",
    fontSize: "0.8125rem",
    maxWidth: "36rem",
  },
  ".cm-tooltip-autocomplete > ul": { fontFamily: "var(--font-mono)", maxHeight: "16rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li": { padding: "0.125rem 0.5rem" },
  ".cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]": {
    color: "var(--on-accent)",
    backgroundColor: "var(--accent)",
  },
  ".cm-completionIcon": { opacity: "1", width: "1.25em", paddingRight: "0.25em" },
  ".cm-completionMatchedText": { textDecoration: "none", fontWeight: "700" },
  ".cm-completionInfo": { padding: "var(--space-2)" },
  ".cm-diagnostic": { padding: "var(--space-1) var(--space-2)", whiteSpace: "pre-wrap" },
  ".cm-diagnostic-error": { borderLeft: "3px solid var(--bad)" },
  ".cm-diagnostic-warning": { borderLeft: "3px solid var(--warn)" },
  ".cm-lintRange-error": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--bad) 1px",
    textUnderlineOffset: "0.25em",
  },
  ".cm-lintRange-warning": {
    backgroundImage: "none",
    textDecoration: "underline wavy var(--warn) 1px",
    textUnderlineOffset: "0.25em",
  },
  ".cm-hint": {
    padding: "var(--space-1) var(--space-2)",
    whiteSpace: "pre-wrap",
    fontFamily: "var(--font-mono)",
  },
  ".cm-hint p": { fontFamily: "var(--font-text)", color: "var(--ink-2)", marginTop: "var(--space-1)" },
});

/** Looks of an editor: colours of words are in `tokens`, which text without an editor shares. */
export const editorLook = (): Extension => [
  EditorView.cspNonce.of(pageNonce()),
  theme,
  syntaxHighlighting(classHighlighter),
  EditorView.lineWrapping,
];
