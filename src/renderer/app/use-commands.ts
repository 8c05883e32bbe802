import { useEffect } from "react";
import { isPossible } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { matches, type Shortcut } from "../ui/shortcut.ts";
import { tellMenu } from "./menu-state.ts";
import { showOpenedFile } from "./show-opened-file.ts";

/** Carries out what the menu and the keyboard ask for. */
export function useCommands(): void {
  useEffect(() => {
    const stop = window.lab.on("menuCommand", (asked) => {
      const command = COMMANDS.find(({ id }) => id === asked);
      if (command !== undefined && isPossible(command)) command.run();
    });
    const stopTelling = tellMenu();
    const stopFiles = window.lab.on("fileOpened", (file) => void showOpenedFile(file));
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const asked = (shortcut: Shortcut) =>
        matches(shortcut, event) && (shortcut.mod === true || shortcut.key.length > 1 || !isTyping(event));
      const command = COMMANDS.find((one) => one.shortcuts.some(asked) && isPossible(one));
      if (command === undefined) return;
      // Taken here, it does not reach the menu of macOS and run twice.
      event.preventDefault();
      command.run();
    };
    window.addEventListener("keydown", onKey);
    return () => {
      stop();
      stopFiles();
      stopTelling();
      window.removeEventListener("keydown", onKey);
    };
  }, []);
}

/** A sign typed into a field is text, not a command. */
function isTyping({ target }: KeyboardEvent): boolean {
  return (
    target instanceof HTMLInputElement ||
    target instanceof HTMLTextAreaElement ||
    (target instanceof HTMLElement && target.isContentEditable)
  );
}
