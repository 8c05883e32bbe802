import type { BrowserWindow } from "electron";
import type { IpcHandlers } from "../ipc/ipc-handlers.ts";

/** What a page's first calls tell of it. */
export interface Opening {
  /** The page listens to events. */
  readonly listening: Promise<void>;
  /** It was answered with the notebook of this title. */
  readonly notebookOpened: Promise<string>;
  /** The same handlers; their calls are looked at. */
  readonly watched: (handlers: IpcHandlers) => IpcHandlers;
}

/** Follows how the page opens by what it asks. */
export function watchOpening(): Opening {
  let listens: () => void = () => undefined;
  const listening = new Promise<void>((resolve) => {
    listens = resolve;
  });
  let tell: (title: string) => void = () => undefined;
  const notebookOpened = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const watched = (handlers: IpcHandlers): IpcHandlers => ({
    ...handlers,
    // The page has begun to listen when it asks for the state that events then change.
    activityState: (input) => {
      listens();
      return handlers.activityState(input);
    },
    documentsOpen: async (input) => {
      const document = await handlers.documentsOpen(input);
      // After the answer has left.
      setImmediate(() => tell(document.entry.title));
      return document;
    },
  });
  return { listening, notebookOpened, watched };
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
