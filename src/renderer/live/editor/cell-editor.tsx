import { markdown } from "@codemirror/lang-markdown";
import { Compartment, EditorState } from "@codemirror/state";
import { EditorView } from "@codemirror/view";
import { useEffect, useLayoutEffect, useRef } from "react";
import { choose } from "../cell/cell-commands.ts";
import type { FocusRequest } from "../cell/focus-request.ts";
import { edit } from "../document/open-notebook.ts";
import { startLanguage } from "../language/language-client.ts";
import type { Problem } from "../language/language-protocol.ts";
import { cellKeys } from "./cell-keys.ts";
import { showFound, showMarks, type FoundMark, type LineMark } from "./cell-marks.ts";
import { codeBase, hasWritten, showText, textBase } from "./editor-base.ts";

export interface CellEditorProps {
  readonly cell: string;
  readonly source: string;
  readonly isCode: boolean;
  readonly readOnly: boolean;
  /** What it is called, and how it is left. */
  readonly label: string;
  readonly problems: readonly Problem[];
  readonly lines: readonly LineMark[];
  readonly found: readonly FoundMark[];
  /** Takes the focus up as soon as it is there. */
  readonly focus: FocusRequest | null;
  readonly onFocused: () => void;
  readonly onBlur?: () => void;
}

/** The editor of one cell's text. The document holds the text and its history. */
export function CellEditor(props: CellEditorProps) {
  const { cell, source, isCode, readOnly, label, problems, lines, found, focus, onFocused, onBlur } = props;
  const box = useRef<HTMLDivElement>(null);
  const view = useRef<EditorView | null>(null);
  const settings = useRef(new Compartment());
  const blur = useRef(onBlur);
  const initial = useRef(source);
  useLayoutEffect(() => {
    blur.current = onBlur;
  }, [onBlur]);

  useLayoutEffect(() => {
    if (box.current === null) return undefined;
    const editor = new EditorView({
      parent: box.current,
      state: EditorState.create({
        doc: initial.current,
        extensions: [
          textBase(),
          cellKeys(cell, isCode),
          isCode ? codeBase(cell) : markdown().language,
          settings.current.of([]),
          EditorView.updateListener.of((update) => {
            if (update.focusChanged && update.view.hasFocus) {
              choose(cell);
              if (isCode) startLanguage();
            } else if (update.focusChanged) blur.current?.();
            if (hasWritten(update.transactions))
              edit({ type: "typed", cell, source: update.state.doc.toString(), at: performance.now() });
          }),
        ],
      }),
    });
    view.current = editor;
    return () => {
      view.current = null;
      editor.destroy();
    };
  }, [cell, isCode]);

  useLayoutEffect(() => {
    view.current?.dispatch({
      effects: settings.current.reconfigure([
        EditorState.readOnly.of(readOnly),
        // Tab goes from cell to cell's tools; only Enter and a press lead into a text, where Tab writes.
        EditorView.contentAttributes.of({ "aria-label": label, tabindex: "-1" }),
      ]),
    });
  }, [readOnly, label, cell, isCode]);

  useLayoutEffect(() => {
    initial.current = source;
    if (view.current !== null) showText(view.current, source);
  }, [source]);

  useEffect(() => {
    if (view.current !== null) showMarks(view.current, problems, lines);
  }, [problems, lines, cell, isCode]);
  useEffect(() => {
    if (view.current !== null) showFound(view.current, found);
  }, [found, cell, isCode]);

  useLayoutEffect(() => {
    const editor = view.current;
    if (editor === null || focus?.cell !== cell || focus.mode !== "edit") return;
    const { anchor, head } = placeOf(editor, focus.at);
    editor.focus();
    editor.dispatch({ selection: { anchor, head } });
    editor.dom.scrollIntoView({ block: "nearest" });
    editor.dispatch({ effects: EditorView.scrollIntoView(head, { y: "nearest", yMargin: 60 }) });
    onFocused();
  }, [focus, cell, onFocused]);

  return <div ref={box} data-editor={cell} />;
}

function placeOf(
  { state }: EditorView,
  at: FocusRequest["at"],
): { readonly anchor: number; readonly head: number } {
  const { doc } = state;
  if (at === "start") return { anchor: 0, head: 0 };
  if (at === "end") return { anchor: doc.length, head: doc.length };
  if (at === undefined) {
    const { anchor, head } = state.selection.main;
    return { anchor, head };
  }
  if ("line" in at) {
    const line = doc.line(Math.max(1, Math.min(doc.lines, at.line)));
    const place = Math.min(line.to, line.from + Math.max(0, (at.column ?? 1) - 1));
    return { anchor: place, head: place };
  }
  const anchor = Math.min(doc.length, at.offset);
  return { anchor, head: Math.min(doc.length, at.to ?? anchor) };
}
