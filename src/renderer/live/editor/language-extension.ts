import {
  autocompletion,
  type Completion,
  type CompletionContext,
  type CompletionResult,
} from "@codemirror/autocomplete";
import type { Extension } from "@codemirror/state";
import { hoverTooltip } from "@codemirror/view";
import { askLanguage } from "../language/language-client.ts";
import type { Hint, Suggestion } from "../language/language-protocol.ts";
import { signatureHelp } from "./signature-help.ts";

const WORD = /[\p{L}_$][\p{L}\p{N}_$]*$/u;
/** Names of the notebook first, then tensors, then JavaScript. */
const BOOST: Readonly<Record<Suggestion["origin"], number>> = {
  cells: 3,
  tensors: 2,
  javascript: 0,
  keyword: -1,
};
/** TypeScript's kinds as the editor's list draws them. */
const ICONS: Readonly<Record<string, string>> = {
  method: "method",
  function: "function",
  "local function": "function",
  class: "class",
  "local class": "class",
  interface: "interface",
  type: "type",
  property: "property",
  getter: "property",
  setter: "property",
  const: "constant",
  let: "variable",
  var: "variable",
  "local var": "variable",
  parameter: "variable",
  alias: "variable",
  module: "namespace",
  keyword: "keyword",
  enum: "enum",
};

/** A type and what is said of it, as text. */
export function hintElement({ type, text }: Pick<Hint, "type" | "text">): HTMLElement {
  const box = document.createElement("div");
  box.className = "cm-hint";
  const code = document.createElement("div");
  code.textContent = type;
  box.append(code);
  if (text !== "") {
    const words = document.createElement("p");
    words.textContent = text;
    box.append(words);
  }
  return box;
}

function completionSource(cell: string) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const before = context.state.sliceDoc(Math.max(0, context.pos - 100), context.pos);
    const inWord = WORD.test(before);
    if (!context.explicit && !inWord && !before.endsWith(".")) return null;
    // A name that is being declared needs no suggestion.
    if (!context.explicit && /(?:^|[^.\w])(?:const|let|var|function|class)\s+[\w$]*$/.test(before))
      return null;
    const found = await askLanguage({ kind: "complete", cell, offset: context.pos });
    if (found === null || context.aborted) return null;
    const options = found.suggestions.map(({ name, kind, origin }): Completion => ({
      label: name,
      type: ICONS[kind] ?? "text",
      boost: BOOST[origin],
      info: async () => {
        const hint = await askLanguage({ kind: "describe", cell, offset: context.pos, name });
        return hint === null ? null : hintElement(hint);
      },
    }));
    return { from: found.from, options, validFor: /^[\p{L}\p{N}_$]*$/u };
  };
}

const hover = (cell: string): Extension =>
  hoverTooltip(async (_view, pos) => {
    const hint = await askLanguage({ kind: "hover", cell, offset: pos });
    if (hint === null) return null;
    return { pos: hint.from, end: hint.to, above: true, create: () => ({ dom: hintElement(hint) }) };
  });

/** Completion, hover and signatures of a cell of code, as TypeScript knows them. */
export const languageExtension = (cell: string): Extension => [
  autocompletion({
    override: [completionSource(cell)],
    icons: true,
    activateOnTypingDelay: 10,
    // Ten are in sight; to lay out more takes the next key its frame.
    maxRenderedOptions: 20,
  }),
  hover(cell),
  signatureHelp(cell),
];
