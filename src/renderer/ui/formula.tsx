import katex from "katex";
import { useLayoutEffect, useRef } from "react";

/**
 * A formula, drawn by KaTeX into the element itself: through the DOM its inline styles are allowed, in an HTML string
 * the page's policy would refuse them.
 */
export function Formula({ source, inline = false }: { readonly source: string; readonly inline?: boolean }) {
  const box = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    if (box.current === null) return;
    // Inline, so that a long formula breaks instead of scrolling; in display style, so that sums stay tall.
    katex.render(inline ? source : `\\displaystyle ${source}`, box.current, {
      throwOnError: false,
      strict: "ignore",
    });
  }, [source, inline]);
  const place = (element: HTMLElement | null): void => {
    box.current = element;
  };
  return inline ? <span ref={place} /> : <div ref={place} />;
}
