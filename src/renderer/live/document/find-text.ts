import type { DocumentCell } from "../../../shared/documents/lab-document.ts";
import { messageOf } from "../../../core/thrown.ts";

export interface FindSettings {
  readonly text: string;
  readonly matchCase: boolean;
  readonly wholeWord: boolean;
  readonly regularExpression: boolean;
}

export interface FoundText {
  readonly cell: string;
  readonly from: number;
  readonly to: number;
}

/** More are not counted: nobody walks through them. */
const MOST_FOUND = 10_000;

/** What is looked for as a pattern, or in words why it is none. Null where nothing is looked for. */
export function findPattern(settings: FindSettings): RegExp | { readonly reason: string } | null {
  const { text, matchCase, wholeWord, regularExpression } = settings;
  if (text === "") return null;
  const escaped = regularExpression ? text : text.replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  const source = wholeWord ? `(?<![\\p{L}\\p{N}_$])(?:${escaped})(?![\\p{L}\\p{N}_$])` : escaped;
  try {
    return new RegExp(source, matchCase ? "gmu" : "gimu");
  } catch (error) {
    return { reason: messageOf(error) };
  }
}

/** Every place of the document that matches, from the top. */
export function findText(cells: readonly DocumentCell[], pattern: RegExp): readonly FoundText[] {
  const found: FoundText[] = [];
  for (const { id, source } of cells) {
    for (const { index, 0: text } of source.matchAll(pattern)) {
      if (text === "") continue;
      found.push({ cell: id, from: index, to: index + text.length });
      if (found.length === MOST_FOUND) return found;
    }
  }
  return found;
}

/** The texts of the cells in which something is replaced; `$1` and `$&` mean what they mean to JavaScript. */
export function replaceText(
  cells: readonly DocumentCell[],
  pattern: RegExp,
  by: { readonly text: string; readonly regularExpression: boolean },
): { readonly sources: ReadonlyMap<string, string>; readonly count: number } {
  const sources = new Map<string, string>();
  let count = 0;
  for (const { id, source } of cells) {
    const matches = [...source.matchAll(pattern)].filter(([text]) => text !== "").length;
    if (matches === 0) continue;
    count += matches;
    const text = by.regularExpression
      ? source.replace(pattern, by.text)
      : source.replace(pattern, () => by.text);
    sources.set(id, text);
  }
  return { sources, count };
}

/** Replaces one place that was found. */
export function replaceOne(
  source: string,
  { from, to }: FoundText,
  pattern: RegExp,
  by: { readonly text: string; readonly regularExpression: boolean },
): string {
  const old = source.slice(from, to);
  const once = new RegExp(pattern.source, pattern.flags.replace("g", ""));
  const text = by.regularExpression ? old.replace(once, by.text) : by.text;
  return source.slice(0, from) + text + source.slice(to);
}
