import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";

const FOLDER = resolve("test-results/screenshots");

/** Pictures are for people to look at: they are taken only when somebody wants them. */
const WANTED = process.env["BACKPROP_LAB_SCREENSHOTS"] === "1";

/** One picture of the window as it is; test-results is not part of the repository. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  if (!WANTED) return;
  mkdirSync(FOLDER, { recursive: true });
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}

/** Chooses a theme in Settings and goes back to no particular view. */
export async function chooseTheme(page: Page, theme: "Light" | "Dark"): Promise<void> {
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page.locator("label", { hasText: theme }).click();
}
