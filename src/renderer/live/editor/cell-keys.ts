import { closeBracketsKeymap, closeCompletion, completionStatus } from "@codemirror/autocomplete";
import { defaultKeymap, indentWithTab } from "@codemirror/commands";
import { Prec, type Extension } from "@codemirror/state";
import { EditorView, keymap, type Command, type KeyBinding } from "@codemirror/view";
import {
  goTo,
  leaveText,
  nextProblem,
  redo,
  runAll,
  runAndInsert,
  runAndNext,
  runHere,
  splitCell,
  stop,
  undo,
} from "../cell/cell-commands.ts";
import { openFind } from "../document/find-store.ts";
import { askRename } from "../language/rename.ts";
import type { KeyTable } from "../../ui/key-table.ts";
import { CODE_KEYS, EDIT_KEYS, LEAVE_KEYS, RUN_KEYS, TEXT_KEYS } from "../notebook-keys.ts";

const always =
  (run: (view: EditorView) => void): Command =>
  (view) => {
    run(view);
    return true;
  };

/** The keys of a table, each with what it does. */
const bindings = <Name extends string>(
  table: KeyTable<Name>,
  commands: Readonly<Record<Name, Command>>,
): readonly KeyBinding[] =>
  (Object.keys(table) as Name[]).flatMap((name) =>
    table[name].keys.map((key) => ({ key, run: commands[name] })),
  );

const placeIn = ({ state }: EditorView): number => state.selection.main.head;

/** Out of the text over its upper or lower edge. */
const overEdge =
  (cell: string, by: 1 | -1): Command =>
  (view) => {
    const { main } = view.state.selection;
    if (!main.empty) return false;
    const moved = view.moveVertically(main, by > 0);
    const edge = by > 0 ? view.state.doc.length : 0;
    const atEdge =
      moved.head === main.head ||
      (moved.head === edge && view.moveToLineBoundary(main, by > 0).head === edge);
    return atEdge && goTo(cell, by, "edit");
  };

/** Keys inside the text of a cell. */
export function cellKeys(cell: string, isCode: boolean): Extension {
  const run = keymap.of([
    ...bindings(RUN_KEYS, {
      run: always(() => runHere(cell)),
      runAndNext: always(() => runAndNext(cell)),
      runAndInsert: always(() => runAndInsert(cell)),
      runAll: always(runAll),
      stop: always(stop),
    }),
    ...bindings(TEXT_KEYS, { split: always((view) => splitCell(cell, placeIn(view))) }),
    ...(isCode
      ? bindings(CODE_KEYS, {
          nextProblem: always((view) => nextProblem(cell, placeIn(view))),
          rename: always((view) => void askRename(cell, placeIn(view))),
        })
      : []),
  ]);
  const edges = keymap.of([
    { key: "ArrowUp", run: overEdge(cell, -1) },
    { key: "ArrowDown", run: overEdge(cell, 1) },
  ]);
  return [Prec.high(run), edges, textKeys(cell, isCode)];
}

/** Keys inside any text that belongs to a cell, a check for example. */
export function textKeys(cell: string, isCode: boolean): Extension {
  const first = keymap.of(
    bindings(EDIT_KEYS, {
      undo: always(undo),
      redo: always(redo),
      find: always(() => openFind(false)),
      replace: always(() => openFind(true)),
    }),
  );
  const later = keymap.of([
    ...(isCode ? closeBracketsKeymap : []),
    indentWithTab,
    ...defaultKeymap.filter(({ key }) => key !== "Escape"),
    // After those of completion and hints, which close theirs first.
    ...bindings(LEAVE_KEYS, { leave: always(() => leaveText(cell)) }),
  ]);
  // A list that is still being asked for is on no screen: it keeps nobody in the text.
  const unseen = keymap.of([
    {
      key: "Escape",
      run: (view: EditorView) => {
        if (completionStatus(view.state) !== "pending") return false;
        closeCompletion(view);
        leaveText(cell);
        return true;
      },
    },
  ]);
  return [Prec.highest(unseen), Prec.high(first), later, documentInput];
}

/** The menu's and the keyboard's own undo go to the document's history too. */
const documentInput: Extension = EditorView.domEventHandlers({
  beforeinput: (event, view) => {
    if (replacesLines(event, view)) {
      event.preventDefault();
      view.dispatch(view.state.replaceSelection(event.data ?? ""), {
        userEvent: "input.type",
        scrollIntoView: true,
      });
      return true;
    }
    if (event.inputType !== "historyUndo" && event.inputType !== "historyRedo") return false;
    event.preventDefault();
    if (event.inputType === "historyUndo") undo();
    else redo();
    return true;
  },
});

/** Left to itself, Chromium replaces and joins lines by style attributes, which the page's policy refuses. */
function replacesLines({ inputType, data }: InputEvent, { state, composing }: EditorView): boolean {
  const { from, to, empty } = state.selection.main;
  if (inputType !== "insertText" || data === null || empty || state.readOnly || composing) return false;
  if (/^[([{'"`]$/.test(data)) return false;
  const [first, last] = [state.doc.lineAt(from), state.doc.lineAt(to)];
  const whole = from === first.from && to === last.to;
  return whole || data.includes("\n") || first.number !== last.number;
}
