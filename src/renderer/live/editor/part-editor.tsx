import { closeBrackets, closeBracketsKeymap } from "@codemirror/autocomplete";
import { defaultKeymap, indentWithTab } from "@codemirror/commands";
import { typescriptLanguage } from "@codemirror/lang-javascript";
import { bracketMatching, indentOnInput, indentUnit } from "@codemirror/language";
import { Annotation, EditorState } from "@codemirror/state";
import { EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { useLayoutEffect, useRef } from "react";
import { leaveText, redo, undo } from "../cell/cell-commands.ts";
import { documentInput } from "./cell-keys.ts";
import { editorLook } from "./editor-theme.ts";
import textClasses from "./cell-text.module.css";

const fromDocument = Annotation.define<boolean>();

interface PartEditorProps {
  readonly cell: string;
  readonly source: string;
  readonly label: string;
  readonly onWrite: (text: string) => void;
}

const done = (run: () => void) => (): boolean => {
  run();
  return true;
};

/** Code that belongs to a cell beside its own text: an exercise's check or solution. The document holds its history. */
export function PartEditor({ cell, source, label, onWrite }: PartEditorProps) {
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const write = useRef(onWrite);
  const initial = useRef(source);
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
          editorLook(),
          keymap.of([
            { key: "Mod-z", run: done(undo), preventDefault: true },
            { key: "Mod-y", run: done(redo), preventDefault: true },
            { key: "Mod-Shift-z", run: done(redo), preventDefault: true },
            { key: "Escape", run: done(() => leaveText(cell)) },
            ...closeBracketsKeymap,
            indentWithTab,
            ...defaultKeymap,
          ]),
          documentInput,
          lineNumbers(),
          highlightActiveLine(),
          bracketMatching(),
          closeBrackets(),
          indentOnInput(),
          indentUnit.of("  "),
          EditorState.tabSize.of(2),
          typescriptLanguage,
          EditorView.contentAttributes.of({
            "aria-label": `${label}. Tab indents; Escape, then Tab moves on.`,
          }),
          EditorView.updateListener.of(({ state, transactions }) => {
            const own = transactions.some((one) => one.docChanged && one.annotation(fromDocument) !== true);
            if (own) write.current(state.doc.toString());
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, [cell, label]);
  useLayoutEffect(() => {
    initial.current = source;
    const editor = view.current;
    if (editor === null || editor.state.doc.toString() === source) return;
    editor.dispatch({
      changes: { from: 0, to: editor.state.doc.length, insert: source },
      annotations: fromDocument.of(true),
    });
  }, [source]);
  return <div ref={box} className={textClasses["text"]} />;
}
