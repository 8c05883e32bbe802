import { useEffect, useRef, useState, type RefObject } from "react";
import { dressWhenIdle } from "./dress-when-idle.ts";
import { observeNear } from "./observe-near.ts";
import { whenRested } from "./when-rested.ts";

export interface Presence {
  readonly near: boolean;
  /** Has its colours and formulas: from the first time it is near, or from an idle moment before, to its end. */
  readonly dressed: boolean;
  readonly editor: boolean;
}

/**
 * Whether a cell is near what is shown, and whether it has rested there long enough for an editor.
 *
 * @param wanted Somebody goes into its text: the editor comes at once, and stays.
 * @param hasMore It has something beside its text; else being near changes nothing, and it is not drawn again for that.
 */
export function usePresence(
  element: RefObject<HTMLElement | null>,
  { wanted, hasMore }: { readonly wanted: boolean; readonly hasMore: boolean },
): Presence {
  const isNear = useRef(false);
  const tellsNear = useRef(hasMore);
  const [near, setNear] = useState(false);
  const [dressed, setDressed] = useState(false);
  const [editor, setEditor] = useState(false);
  if (wanted && !editor) setEditor(true);
  useEffect(() => (dressed ? undefined : dressWhenIdle(() => setDressed(true))), [dressed]);
  useEffect(() => {
    tellsNear.current = hasMore;
    if (hasMore) setNear(isNear.current);
  }, [hasMore]);
  useEffect(() => {
    const box = element.current;
    if (box === null) return undefined;
    let giveUp = (): void => undefined;
    const leave = observeNear(box, (shown) => {
      isNear.current = shown;
      if (tellsNear.current) setNear(shown);
      if (shown) setDressed(true);
      giveUp();
      if (shown) giveUp = whenRested(() => setEditor(true));
      // Where somebody writes, the editor stays.
      else if (!box.contains(document.activeElement)) setEditor(false);
    });
    return () => {
      giveUp();
      leave();
    };
  }, [element]);
  return { near, dressed, editor };
}
