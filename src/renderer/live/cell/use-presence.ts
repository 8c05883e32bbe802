import { useEffect, useState, type RefObject } from "react";
import { watchNear } from "./watch-near.ts";
import { whenRested } from "./when-rested.ts";

export interface Presence {
  readonly near: boolean;
  readonly editor: boolean;
}

/**
 * Whether a cell is near what is shown, and whether it has rested there long enough for an editor.
 *
 * @param wanted Somebody goes into its text: the editor comes at once, and stays.
 */
export function usePresence(element: RefObject<HTMLElement | null>, wanted: boolean): Presence {
  const [near, setNear] = useState(false);
  const [editor, setEditor] = useState(false);
  if (wanted && !editor) setEditor(true);
  useEffect(() => {
    const box = element.current;
    if (box === null) return undefined;
    let giveUp = (): void => undefined;
    const end = watchNear(box, (nearness) => {
      setNear(nearness !== "far");
      giveUp();
      // Editors are made when scrolling has rested, so that scrolling never waits for one.
      if (nearness === "shown") giveUp = whenRested(() => setEditor(true));
      // Where somebody writes, the editor stays.
      else if (nearness === "far" && !box.contains(document.activeElement)) setEditor(false);
    });
    return () => {
      giveUp();
      end();
    };
  }, [element]);
  return { near, editor };
}
