import { useLayoutEffect, useRef, type PointerEvent, type RefObject } from "react";

/** Pixels of the neighbours that stay in sight beside the current step. */
const ROOM = 120;

interface GraphScroll {
  readonly pane: RefObject<HTMLDivElement | null>;
  readonly drag: {
    readonly onPointerDown: (event: PointerEvent) => void;
    readonly onPointerMove: (event: PointerEvent) => void;
    readonly onPointerUp: () => void;
    readonly onPointerLeave: () => void;
  };
}

/** A pane that goes along with what is current, from `left` to `right` in pixels, and that dragging moves. */
export function useGraphScroll(left: number, right: number): GraphScroll {
  const pane = useRef<HTMLDivElement>(null);
  const from = useRef<{ readonly pointerX: number; readonly scroll: number } | null>(null);
  useLayoutEffect(() => {
    const box = pane.current;
    if (box === null) return;
    if (left - ROOM < box.scrollLeft) box.scrollLeft = left - ROOM;
    else if (right + ROOM > box.scrollLeft + box.clientWidth) box.scrollLeft = right + ROOM - box.clientWidth;
  }, [left, right]);
  const end = (): void => {
    from.current = null;
  };
  return {
    pane,
    drag: {
      onPointerDown: ({ clientX }) => {
        from.current = { pointerX: clientX, scroll: pane.current?.scrollLeft ?? 0 };
      },
      onPointerMove: ({ clientX }) => {
        if (from.current === null || pane.current === null) return;
        pane.current.scrollLeft = from.current.scroll + from.current.pointerX - clientX;
      },
      onPointerUp: end,
      onPointerLeave: end,
    },
  };
}
