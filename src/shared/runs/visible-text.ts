// Control characters but the line's end, marks that turn the writing direction, and separators of lines.
const INVISIBLE = /[\p{Cc}\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]/gu;

/**
 * Text in which nothing can act on a terminal: control characters, and marks that turn the writing direction, are
 * written as `\u001b`. Ends of lines are kept where `lines` is set.
 */
export const visibleText = (text: string, { lines }: { readonly lines: boolean }): string =>
  text.replaceAll(INVISIBLE, (mark) =>
    mark === "\n" && lines ? mark : `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
