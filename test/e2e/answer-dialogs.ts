import type { LaunchedApp } from "./launch-app.ts";

/** Answers every message box from now on with this button, and counts them. */
export const answerDialogs = (lab: LaunchedApp, response: number) =>
  lab.app.evaluate(({ dialog }, button) => {
    const asked: string[] = [];
    Object.assign(globalThis, { asked });
    Object.assign(dialog, {
      showMessageBox: (...args: unknown[]) => {
        asked.push(JSON.stringify(args.at(-1)));
        return Promise.resolve({ response: button, checkboxChecked: false });
      },
    });
  }, response);

/** What they asked, as JSON. */
export const dialogsAsked = (lab: LaunchedApp) =>
  lab.app.evaluate(() => (globalThis as unknown as { asked: string[] }).asked);
