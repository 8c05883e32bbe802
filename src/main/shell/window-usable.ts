import type { BrowserWindow } from "electron";
import type { IpcHandlers } from "../ipc/ipc-handlers.ts";

/** The same handlers, and a promise of the notebook's title once the page was answered with it. */
export function watchOpening(handlers: IpcHandlers): {
  handlers: IpcHandlers;
  opened: Promise<string>;
} {
  let tell: (title: string) => void = () => undefined;
  const opened = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const watched: IpcHandlers = {
    ...handlers,
    documentsOpen: async (input) => {
      const document = await handlers.documentsOpen(input);
      // After the answer has left.
      setImmediate(() => tell(document.entry.title));
      return document;
    },
  };
  return { handlers: watched, opened };
}

/**
 * Resolves when a person can use the window: the page has the notebook from main, shows it, and two
 * frames have been painted since.
 */
export async function windowUsable(window: BrowserWindow, opened: Promise<string>): Promise<void> {
  const title = await opened;
  await window.webContents.executeJavaScript(`(${PAINTED})(${JSON.stringify(title)})`);
}

// Runs in the page. A view that shows no notebook counts once it has shown some text for two seconds.
const PAINTED = `(title) => {
  const giveUpAt = performance.now() + 2000;
  return new Promise((resolve) => {
    const look = () => {
      const text = document.body.textContent;
      const shown = text.includes(title) || (text.trim() !== "" && performance.now() > giveUpAt);
      if (shown) requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
      else requestAnimationFrame(look);
    };
    look();
  });
}`;
