import katex from "katex";
import { useLayoutEffect, useRef } from "react";

/**
 * A formula, drawn by KaTeX into the element itself: through the DOM its inline styles are allowed, in an HTML string
 * the page's policy would refuse them.
 */
export function Formula({ source }: { readonly source: string }) {
  const box = useRef<HTMLDivElement>(null);
  useLayoutEffect(() => {
    if (box.current === null) return;
    // Inline, so that a long formula breaks instead of scrolling; in display style, so that sums stay tall.
    katex.render(`\\displaystyle ${source}`, box.current, { throwOnError: false, strict: "ignore" });
  }, [source]);
  return <div ref={box} />;
}
