import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";

const FOLDER = resolve("test-results/screenshots");

/** One picture of the window as it is, to look at; test-results is not part of the repository. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  mkdirSync(FOLDER, { recursive: true });
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}

/** Chooses a theme in Settings and goes back to no particular view. */
export async function chooseTheme(page: Page, theme: "Light" | "Dark"): Promise<void> {
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page.locator("label", { hasText: theme }).click();
}
