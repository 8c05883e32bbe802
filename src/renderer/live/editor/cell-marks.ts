import { setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { StateEffect, StateField, type Extension } from "@codemirror/state";
import { Decoration, EditorView, type DecorationSet } from "@codemirror/view";
import type { Problem } from "../language/language-protocol.ts";

/** A line where a run failed or a check blames something; lines and columns from 1. */
export interface LineMark {
  readonly line: number;
  readonly column: number | null;
  readonly message: string;
}

/** A match of what is looked for. */
export interface FoundMark {
  readonly from: number;
  readonly to: number;
  readonly current: boolean;
}

const setLines = StateEffect.define<readonly number[]>();
const setFound = StateEffect.define<readonly FoundMark[]>();

const failedLine = Decoration.line({ class: "cm-failedLine" });
const foundMark = Decoration.mark({ class: "cm-found" });
const currentMark = Decoration.mark({ class: "cm-found-current" });

const lineField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setLines)) continue;
      const { doc } = transaction.state;
      const lines = [...new Set(effect.value)].filter((line) => line >= 1 && line <= doc.lines);
      next = Decoration.set(lines.sort((a, b) => a - b).map((line) => failedLine.range(doc.line(line).from)));
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

const foundField = StateField.define<DecorationSet>({
  create: () => Decoration.none,
  update(marks, transaction) {
    let next = marks.map(transaction.changes);
    for (const effect of transaction.effects) {
      if (!effect.is(setFound)) continue;
      const { length } = transaction.state.doc;
      next = Decoration.set(
        effect.value
          .filter(({ to }) => to <= length)
          .map(({ from, to, current }) => (current ? currentMark : foundMark).range(from, to)),
        true,
      );
    }
    return next;
  },
  provide: (field) => EditorView.decorations.from(field),
});

export const cellMarks: Extension = [lineField, foundField];

/** Marks what TypeScript says and where a run failed. */
export function showMarks(view: EditorView, problems: readonly Problem[], lines: readonly LineMark[]): void {
  const { doc } = view.state;
  const fromTypes = problems
    .filter(({ from, to }) => from <= to && to <= doc.length)
    .map((problem): Diagnostic => ({ ...problem, source: "TypeScript" }));
  const fromRuns = lines.flatMap(({ line, column, message }): readonly Diagnostic[] => {
    if (line < 1 || line > doc.lines) return [];
    const at = doc.line(line);
    const from = Math.min(at.to, at.from + Math.max(0, (column ?? 1) - 1));
    const word = /^[\p{L}\p{N}_$.]+/u.exec(doc.sliceString(from, at.to))?.[0].length ?? 0;
    return [{ from, to: word === 0 ? at.to : from + word, severity: "error", message, source: "run" }];
  });
  view.dispatch(setDiagnostics(view.state, [...fromTypes, ...fromRuns]), {
    effects: setLines.of(lines.map(({ line }) => line)),
  });
}

export function showFound(view: EditorView, found: readonly FoundMark[]): void {
  view.dispatch({ effects: setFound.of(found) });
}
