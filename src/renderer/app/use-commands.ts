import { useEffect } from "react";
import type { IpcEvent } from "../../shared/ipc/ipc-contract.ts";
import { COMMANDS } from "./commands.ts";
import { matches, type Shortcut } from "../ui/shortcut.ts";
import { showOpenedFile } from "./show-opened-file.ts";

/** The command that a menu command is: `showNotebook` is `show-notebook`. */
const commandOf = (name: IpcEvent<"menuCommand">): string =>
  name.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`);

/** Carries out what the menu and the keyboard ask for. */
export function useCommands(): void {
  useEffect(() => {
    const stop = window.lab.on("menuCommand", (name) => {
      COMMANDS.find(({ id }) => id === commandOf(name))?.run();
    });
    const stopFiles = window.lab.on("fileOpened", (file) => void showOpenedFile(file));
    const onKey = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return;
      const asked = (shortcut: Shortcut) =>
        matches(shortcut, event) && (shortcut.mod === true || shortcut.key.length > 1 || !isTyping(event));
      const command = COMMANDS.find(
        ({ shortcuts, when }) => shortcuts.some(asked) && (when === undefined || when()),
      );
      if (command === undefined) return;
      // Taken here, it does not reach the menu and run twice.
      event.preventDefault();
      command.run();
    };
    window.addEventListener("keydown", onKey);
    return () => {
      stop();
      stopFiles();
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
