import type { BrowserWindow } from "electron";
import type { IpcHandlers } from "../ipc/ipc-handlers.ts";

/** The same handlers, and a promise of the first cell's title once the page was answered with the notebook. */
export function watchDescription(handlers: IpcHandlers): {
  handlers: IpcHandlers;
  described: Promise<string>;
} {
  let tell: (firstTitle: string) => void = () => undefined;
  const described = new Promise<string>((resolve) => {
    tell = resolve;
  });
  const watched: IpcHandlers = {
    ...handlers,
    notebookDescribe: async (input) => {
      const cells = await handlers.notebookDescribe(input);
      // After the answer has left.
      setImmediate(() => tell(cells[0]?.title ?? ""));
      return cells;
    },
  };
  return { handlers: watched, described };
}

/**
 * Resolves when a person can use the window: the page has main's description of the notebook, shows it, and two
 * frames have been painted since.
 */
export async function windowUsable(window: BrowserWindow, described: Promise<string>): Promise<void> {
  const title = await described;
  await window.webContents.executeJavaScript(`(${PAINTED})(${JSON.stringify(title)})`);
}

// Runs in the page. A view that shows no cells counts once it has shown some text for two seconds.
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
