import type { DocumentCell } from "../../../shared/documents/lab-document.ts";
import { CellEditor } from "../editor/late-editors.tsx";
import type { FoundMark, LineMark } from "../editor/cell-marks.ts";
import { StaticText } from "../editor/static-text.tsx";
import type { Problem } from "../language/language-protocol.ts";
import { requestFocus, type FocusRequest } from "./focus-request.ts";
import { MarkdownText } from "./markdown-text.tsx";
import editorClasses from "../editor/cell-text.module.css";
import classes from "./cell-frame.module.css";

interface CellBodyProps {
  readonly cell: DocumentCell;
  readonly number: number;
  readonly dressed: boolean;
  readonly editing: boolean;
  readonly readOnly: boolean;
  readonly problems: readonly Problem[];
  readonly lines: readonly LineMark[];
  readonly found: readonly FoundMark[];
  readonly focus: FocusRequest | null;
  readonly onFocused: () => void;
  readonly onBlur: () => void;
}

/** The text of a cell: an editor, coloured text where it has none, or a drawn text. */
export function CellBody(props: CellBodyProps) {
  const { cell, number, dressed, editing, readOnly } = props;
  const { id, kind, source } = cell;
  if (kind === "locked" || kind === "unknown") {
    return (
      <div className={editorClasses["text"]}>
        <StaticText source={source} coloured={false} onPress={() => undefined} />
      </div>
    );
  }
  if (kind === "md" && !editing) {
    if (!dressed) return <p className={classes["far"]}>{source}</p>;
    return (
      <div
        className={classes["drawn"]}
        onDoubleClick={() => {
          if (!readOnly) requestFocus({ cell: id, mode: "edit", at: "end" });
        }}
      >
        {source.trim() === "" ? (
          <p className={classes["empty"]}>
            An empty text. {readOnly ? "" : "Enter or a double click writes it."}
          </p>
        ) : (
          <MarkdownText source={source} />
        )}
      </div>
    );
  }
  const isCode = kind !== "md";
  const what = isCode ? "Code" : "Text";
  const leave = isCode ? "Tab indents; Escape, then Tab moves on." : "Escape shows it drawn.";
  return (
    <div className={editorClasses["text"]}>
      {editing ? (
        <CellEditor
          cell={id}
          source={source}
          isCode={isCode}
          readOnly={readOnly}
          label={`${what} of cell ${number}. ${leave}`}
          problems={props.problems}
          lines={props.lines}
          found={props.found}
          focus={props.focus}
          onFocused={props.onFocused}
          {...(isCode ? {} : { onBlur: props.onBlur })}
        />
      ) : (
        <StaticText
          source={source}
          coloured={dressed}
          onPress={(offset) => requestFocus({ cell: id, mode: "edit", at: { offset } })}
        />
      )}
    </div>
  );
}
