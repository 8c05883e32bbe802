/** A cell of code as the language service sees it. */
export interface LanguageCell {
  readonly id: string;
  readonly source: string;
  /** What the cell is called where a sentence needs a name. */
  readonly label: string;
  /** Of an exercise: which of its texts this is, and whose. Cells below do not see what it declares. */
  readonly part?: { readonly kind: ExercisePart; readonly of: string };
}

/** A text that an exercise has beside its own: it stands in place of the exercise's text, or after it. */
export type ExercisePart = "solution" | "check";

/** As a cell is called to the language service; no cell's own id has a dot. */
export const partId = (cell: string, kind: ExercisePart): string => `${cell}.${kind}`;

/** A stretch of a cell's text, counted in characters from 0. */
export interface CellRange {
  readonly cell: string;
  readonly from: number;
  readonly to: number;
}

/** A mark of the language service; it never bars a cell from running. */
export interface Problem {
  readonly from: number;
  readonly to: number;
  readonly severity: "error" | "warning";
  readonly message: string;
}

/** A name that could stand here. */
export interface Suggestion {
  readonly name: string;
  readonly kind: string;
  /** Where it comes from: names of the notebook and of the tensor language before those of JavaScript. */
  readonly origin: "cells" | "tensors" | "javascript" | "keyword";
}

export interface Suggestions {
  /** Where the word begins that a suggestion replaces. */
  readonly from: number;
  readonly suggestions: readonly Suggestion[];
}

/** What stands at a place: its type, and what is said of it. */
export interface Hint {
  readonly from: number;
  readonly to: number;
  readonly type: string;
  readonly text: string;
}

/** What the call at a place expects. */
export interface CallHint {
  readonly before: string;
  readonly parameters: readonly string[];
  readonly after: string;
  readonly active: number;
  readonly text: string;
  /** How many other forms of the call there are. */
  readonly others: number;
}

export type RenameAnswer =
  | { readonly kind: "places"; readonly name: string; readonly places: readonly CellRange[] }
  | { readonly kind: "refused"; readonly reason: string };

/** What the window may ask about a place in a cell. */
export interface LanguageQuestions {
  readonly complete: Suggestions | null;
  readonly describe: Hint | null;
  readonly hover: Hint | null;
  readonly signature: CallHint | null;
  readonly rename: RenameAnswer;
}

export interface LanguageQuestion {
  readonly kind: keyof LanguageQuestions;
  readonly cell: string;
  readonly offset: number;
  /** Of `describe`: the suggestion that is looked at. */
  readonly name?: string;
}

export type ToLanguage =
  | {
      readonly kind: "cells";
      readonly revision: number;
      /** All cells, in the notebook's order. */
      readonly order: readonly string[];
      /** Those whose text or label the service does not know yet. */
      readonly changed: readonly LanguageCell[];
      /** The cell that is being written: it sees all names above it, others those they use. */
      readonly active: string | null;
    }
  | { readonly kind: "ask"; readonly id: number; readonly question: LanguageQuestion };

export type FromLanguage =
  | { readonly kind: "ready" }
  | { readonly kind: "answer"; readonly id: number; readonly answer: unknown }
  | {
      readonly kind: "problems";
      readonly revision: number;
      readonly cell: string;
      readonly problems: readonly Problem[];
    };
