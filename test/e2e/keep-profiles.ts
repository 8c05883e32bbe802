import { cpSync, existsSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { DATABASE, keptProfiles, launchApp } from "./launch-app.ts";

/** Where Chromium keeps what the page does, as which notebook was open. */
const PAGE_STORAGE = "Local Storage";
const NOTEBOOKS = "lab-notebooks";

/**
 * Before the first test: keeps what a start leaves behind in which an empty notebook was begun, and of it what has to
 * do with no notebook. Once for all windows, which would each begin with it at the same time.
 */
export default async function keepProfiles(): Promise<void> {
  const kept = keptProfiles();
  if (existsSync(kept)) return;
  const launched = await launchApp({ isFirstStart: true });
  const { page, userDataDir } = launched;
  // Answered when the kernels are chosen.
  await page.evaluate(() => window.lab.diagnosticsGet());
  await page.getByRole("button", { name: "New notebook" }).click();
  await page.getByRole("menuitem", { name: "Empty" }).click();
  await page.locator('section[aria-label^="Cell 1 of 1,"]').waitFor();
  await launched.app.close();
  const unfinished = `${kept}.unfinished`;
  // Of a run that was killed here.
  rmSync(unfinished, { recursive: true, force: true });
  for (const part of [DATABASE, NOTEBOOKS, PAGE_STORAGE]) {
    cpSync(join(userDataDir, part), join(unfinished, "empty", part), { recursive: true });
  }
  cpSync(join(userDataDir, DATABASE), join(unfinished, "shipped", DATABASE));
  renameSync(unfinished, kept);
  await launched.close();
}
