import type { ReactNode } from "react";
import Markdown from "react-markdown";
import { Formula } from "../../ui/formula.tsx";
import { grouped } from "../../../core/grouped.ts";

/**
 * Longer notes are shown as they stand. react-markdown's time for 10,000 and for 99,000 characters (2 cores under load,
 * November 2026): words 0.01 and 0.02 s, list items 0.5 and 4 s, `a**b` 0.3 and 23 s, `*_*_` 0.8 and 327 s, `>>>>` 0.8
 * and 82 s before the call stack is full.
 */
export const MOST_MARKDOWN = 10_000;
/** From some 2,000 lists, quotes or emphases in each other on, the call stack is full; nobody reads 50. */
const MOST_NESTED = 50;

interface Nested {
  readonly children?: readonly Nested[];
}

/** Level by level, so that no depth fills the call stack. @throws {RangeError} If the tree is too deep. */
function refuseDepth(tree: Nested): void {
  let level: readonly Nested[] = [tree];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth > MOST_NESTED) throw new RangeError(`notes nest more than ${MOST_NESTED} deep`);
    level = level.flatMap(({ children = [] }) => children);
  }
}
const withinDepth = () => refuseDepth;

/** Notes in Markdown, or why they are shown as they stand. HTML in them stays text, links and pictures lead nowhere. */
export function formatNotes(notes: string): { readonly formatted: ReactNode } | { readonly plain: string } {
  if (notes.length > MOST_MARKDOWN) {
    return {
      plain: `These notes have ${grouped(notes.length)} characters. More than ${grouped(MOST_MARKDOWN)} are shown as they were written, without formatting.`,
    };
  }
  try {
    // Called, not mounted: what it throws must not take the page with it.
    const formatted = Markdown({
      disallowedElements: ["img"],
      rehypePlugins: [withinDepth],
      components: {
        a: ({ children, href }) => <span title={href}>{children}</span>,
        code: ({ children }) => {
          const formula = /^\$(.+)\$$/.exec(typeof children === "string" ? children : "")?.[1];
          return formula === undefined ? <code>{children}</code> : <Formula source={formula} inline />;
        },
      },
      children: notes,
    });
    return { formatted };
  } catch {
    return {
      plain: `The marks in these notes nest more than ${MOST_NESTED} deep: they are shown as they were written, without formatting.`,
    };
  }
}
