import { typescriptLanguage } from "@codemirror/lang-javascript";
import { MergeView } from "@codemirror/merge";
import { EditorState } from "@codemirror/state";
import { EditorView, lineNumbers } from "@codemirror/view";
import { useEffect, useRef } from "react";
import { editorLook } from "../editor/editor-theme.ts";
import classes from "./dialogs.module.css";

export interface TextDiffProps {
  readonly left: string;
  readonly right: string;
  readonly leftLabel: string;
  readonly rightLabel: string;
}

/** Two texts side by side, what differs marked; equal stretches are folded. */
export function TextDiff({ left, right, leftLabel, rightLabel }: TextDiffProps) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (box.current === null) return undefined;
    const side = (doc: string, label: string) => ({
      doc,
      extensions: [
        editorLook(),
        lineNumbers(),
        typescriptLanguage,
        EditorState.readOnly.of(true),
        EditorView.contentAttributes.of({ "aria-label": label }),
      ],
    });
    const view = new MergeView({
      parent: box.current,
      a: side(left, leftLabel),
      b: side(right, rightLabel),
      collapseUnchanged: { margin: 3, minSize: 6 },
      diffConfig: { scanLimit: 5_000 },
    });
    return () => view.destroy();
  }, [left, right, leftLabel, rightLabel]);
  return (
    <div
      ref={box}
      className={classes["diff"]}
      tabIndex={0}
      role="region"
      aria-label={`${leftLabel} beside ${rightLabel}`}
    />
  );
}
