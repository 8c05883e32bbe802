import { closeBrackets } from "@codemirror/autocomplete";
import { typescriptLanguage } from "@codemirror/lang-javascript";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import {
  Annotation,
  EditorState,
  type ChangeSpec,
  type Extension,
  type Transaction,
} from "@codemirror/state";
import { highlightActiveLine, lineNumbers, type EditorView } from "@codemirror/view";
import { cellMarks } from "./cell-marks.ts";
import { editorLook } from "./editor-theme.ts";
import { languageExtension } from "./language-extension.ts";

/** A change that comes from the document, which knows it already. */
const fromDocument = Annotation.define<boolean>();

/** Whether a person has changed the text, which the document must hear of. */
export const hasWritten = (transactions: readonly Transaction[]): boolean =>
  transactions.some((one) => one.docChanged && one.annotation(fromDocument) !== true);

/** What every editor of a notebook has. */
export const textBase = (): Extension => [
  editorLook(),
  cellMarks,
  // The system's caret and selection: a drawn caret blinks by frames that every key then has to wait for.
  highlightActiveLine(),
  bracketMatching(),
  indentUnit.of("  "),
  EditorState.tabSize.of(2),
];

/** What an editor of code has beside it; `id` is what the language service calls the text. */
export const codeBase = (id: string): Extension => [
  lineNumbers(),
  typescriptLanguage,
  closeBrackets(),
  indentOnInput(),
  languageExtension(id),
];

/** Makes the editor show what the document holds; the caret and what surrounds a change stay where they are. */
export function showText(editor: EditorView, text: string): void {
  const changes = changeBetween(editor.state.doc.toString(), text);
  if (changes === null) return;
  editor.dispatch({ changes, annotations: fromDocument.of(true), scrollIntoView: editor.hasFocus });
}

/** The shortest stretch that makes one text of the other. */
function changeBetween(before: string, after: string): ChangeSpec | null {
  if (before === after) return null;
  let from = 0;
  const most = Math.min(before.length, after.length);
  while (from < most && before[from] === after[from]) from++;
  let end = 0;
  while (end < most - from && before[before.length - 1 - end] === after[after.length - 1 - end]) end++;
  return { from, to: before.length - end, insert: after.slice(from, after.length - end) };
}
