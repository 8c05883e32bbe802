import { classHighlighter, highlightCode } from "@lezer/highlight";
import { parser } from "@lezer/javascript";
import { useMemo } from "react";
import classes from "./cell-text.module.css";

interface Piece {
  readonly text: string;
  readonly look: string;
}

/** As the editor's own, without the editor. */
const typescript = parser.configure({ dialect: "ts" });

/** Lines of TypeScript in pieces of one look each, as an editor would show them. */
function highlighted(source: string): readonly (readonly Piece[])[] {
  const lines: Piece[][] = [[]];
  highlightCode(
    source,
    typescript.parse(source),
    classHighlighter,
    (text, look) => lines.at(-1)?.push({ text, look }),
    () => lines.push([]),
  );
  return lines;
}

interface StaticTextProps {
  readonly source: string;
  /** Far from what is shown it is text without colours: opening many cells costs nothing. */
  readonly coloured: boolean;
  readonly onPress: (offset: number) => void;
}

/** The text of a cell that has no editor now, line by line where the editor's would stand. */
export function StaticText({ source, coloured, onPress }: StaticTextProps) {
  const lines = useMemo(() => (coloured ? highlighted(source) : null), [source, coloured]);
  return (
    <pre
      className={classes["static"]}
      onPointerDown={(event) => {
        event.preventDefault();
        onPress(offsetAt(event.clientX, event.clientY, event.currentTarget, source));
      }}
    >
      {lines === null
        ? source.split("\n").map((line, at) => (
            <span key={at} className={classes["line"]}>
              {line === "" ? "\u200b" : line}
            </span>
          ))
        : lines.map((pieces, at) => (
            <span key={at} className={classes["line"]}>
              {pieces.length === 0
                ? "\u200b"
                : pieces.map(({ text, look }, index) => (
                    <span key={index} className={look}>
                      {text}
                    </span>
                  ))}
            </span>
          ))}
    </pre>
  );
}

/** The character that was pressed: the editor that comes puts its cursor there. */
function offsetAt(x: number, y: number, box: HTMLElement, source: string): number {
  const at = document.caretPositionFromPoint(x, y);
  if (at === null || !box.contains(at.offsetNode)) return source.length;
  const line = [...box.children].findIndex((one) => one.contains(at.offsetNode));
  const before = document.createRange();
  before.setStart(box.children[line] ?? box, 0);
  before.setEnd(at.offsetNode, at.offset);
  const column = before.toString().replaceAll("\u200b", "").length;
  const texts = source.split("\n");
  return texts.slice(0, Math.max(0, line)).reduce((sum, text) => sum + text.length + 1, column);
}
