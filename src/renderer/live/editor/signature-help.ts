import { StateEffect, StateField, type Extension } from "@codemirror/state";
import {
  type EditorView,
  keymap,
  showTooltip,
  ViewPlugin,
  type Tooltip,
  type ViewUpdate,
} from "@codemirror/view";
import { askLanguage } from "../language/language-client.ts";
import type { CallHint } from "../language/language-protocol.ts";

const setCall = StateEffect.define<{ readonly pos: number; readonly hint: CallHint } | null>();

function callElement({ before, parameters, after, active, text, others }: CallHint): HTMLElement {
  const box = document.createElement("div");
  box.className = "cm-hint";
  const code = document.createElement("div");
  code.append(before);
  parameters.forEach((parameter, at) => {
    if (at > 0) code.append(", ");
    const part = document.createElement(at === active ? "strong" : "span");
    part.textContent = parameter;
    code.append(part);
  });
  code.append(after);
  box.append(code);
  const words = [text, others > 0 ? `and ${others} other form${others === 1 ? "" : "s"}` : ""].filter(
    (one) => one !== "",
  );
  if (words.length > 0) {
    const line = document.createElement("p");
    line.textContent = words.join(" · ");
    box.append(line);
  }
  return box;
}

const callField = StateField.define<Tooltip | null>({
  create: () => null,
  update(tooltip, transaction) {
    for (const effect of transaction.effects) {
      if (!effect.is(setCall)) continue;
      if (effect.value === null) return null;
      const { pos, hint } = effect.value;
      return { pos, above: true, create: () => ({ dom: callElement(hint) }) };
    }
    return tooltip === null ? null : { ...tooltip, pos: transaction.changes.mapPos(tooltip.pos) };
  },
  provide: (field) => showTooltip.from(field),
});

/** What the call expects, from its bracket to its end. */
export function signatureHelp(cell: string): Extension {
  const plugin = ViewPlugin.fromClass(
    class {
      #asked = 0;

      update(update: ViewUpdate): void {
        const open = update.state.field(callField) !== null;
        let typed = "";
        update.changes.iterChanges((_fromA, _toA, _fromB, _toB, inserted) => (typed += inserted.toString()));
        const begins = update.docChanged && /[(,]\)?$/.test(typed);
        if (begins || (open && (update.docChanged || update.selectionSet))) this.#ask(update.view);
        else if (open && update.focusChanged && !update.view.hasFocus) this.#ask(update.view);
      }

      #ask(view: EditorView): void {
        this.#asked += 1;
        const asked = this.#asked;
        const { head } = view.state.selection.main;
        // The document hears of the change after the editor's parts have: then the service gets the text, too.
        const answer = Promise.resolve().then(() => askLanguage({ kind: "signature", cell, offset: head }));
        void answer.then((hint) => {
          if (asked !== this.#asked || !view.dom.isConnected) return;
          const shown = hint === null || !view.hasFocus ? null : { pos: head, hint };
          if (shown === null && view.state.field(callField) === null) return;
          view.dispatch({ effects: setCall.of(shown) });
        });
      }
    },
  );
  const close = keymap.of([
    {
      key: "Escape",
      run: (view) => {
        if (view.state.field(callField) === null) return false;
        view.dispatch({ effects: setCall.of(null) });
        return true;
      },
    },
  ]);
  return [callField, plugin, close];
}
