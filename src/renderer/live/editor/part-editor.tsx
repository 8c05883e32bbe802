import { EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useLayoutEffect, useRef } from "react";
import { useStore } from "../../store/create-store.ts";
import { problemsStore, startLanguage } from "../language/language-client.ts";
import { partId, type ExercisePart } from "../language/language-protocol.ts";
import { textKeys } from "./cell-keys.ts";
import { showMarks } from "./cell-marks.ts";
import { codeBase, hasWritten, showText, textBase } from "./editor-base.ts";
import textClasses from "./cell-text.module.css";

export interface PartEditorProps {
  readonly cell: string;
  readonly part: ExercisePart;
  readonly source: string;
  readonly label: string;
  readonly onWrite: (text: string) => void;
}

/** An exercise's check or solution. The document holds its history. */
export function PartEditor({ cell, part, source, label, onWrite }: PartEditorProps) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const write = useRef(onWrite);
  const initial = useRef(source);
  const id = partId(cell, part);
  const problems = useStore(problemsStore, (known) => known.get(id));
  useLayoutEffect(() => {
    write.current = onWrite;
  }, [onWrite]);
  useLayoutEffect(() => {
    if (box.current === null) return undefined;
    const editor = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: initial.current,
        extensions: [
          textBase(),
          textKeys(cell, true),
          codeBase(id),
          EditorView.contentAttributes.of({
            "aria-label": `${label}. Tab indents; Escape, then Tab moves on.`,
          }),
          EditorView.updateListener.of((update) => {
            if (update.focusChanged && update.view.hasFocus) startLanguage();
            if (hasWritten(update.transactions)) write.current(update.state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, [cell, id, label]);
  useLayoutEffect(() => {
    initial.current = source;
    if (view.current !== null) showText(view.current, source);
  }, [source]);
  useEffect(() => {
    if (view.current !== null) showMarks(view.current, problems ?? [], []);
  }, [problems, id, label]);
  return <div ref={box} className={textClasses["text"]} />;
}
