import { mkdirSync } from "node:fs";
import { join, resolve } from "node:path";
import type { Page } from "playwright-core";

const FOLDER = resolve("test-results/screenshots");

/** Pictures are for people to look at: they are taken only when somebody wants them. */
export const PICTURES_WANTED =
  process.env["BACKPROP_LAB_SCREENSHOTS"] === "1" || process.env["LAYOUT_PICTURES"] !== undefined;

/** One picture of the window as it is; test-results is not part of the repository. */
export async function takeScreenshot(page: Page, name: string): Promise<void> {
  if (!PICTURES_WANTED) return;
  mkdirSync(FOLDER, { recursive: true });
  await page.screenshot({ path: join(FOLDER, `${name}.png`) });
}

/** The longest picture: what lies below is not looked at. */
const MOST_HEIGHT_PX = 6000;
/** Charts are drawn when they come near the visible part. */
const DRAWN_MS = 700;

/** A picture as high as what the panes of the view hold, so that nothing has to be scrolled to. */
export async function takeWholeView(page: Page, name: string): Promise<void> {
  if (!PICTURES_WANTED) return;
  const devtools = await page.context().newCDPSession(page);
  const { width, height } = await page.evaluate(() => {
    const panes = [...document.querySelectorAll<HTMLElement>("main *")]
      .filter((box) => box.checkVisibility() && getComputedStyle(box).overflowY === "auto")
      .map((box) => box.scrollHeight - box.clientHeight);
    return { width: innerWidth, height: innerHeight + Math.max(0, ...panes) };
  });
  const metrics = { width, height: Math.min(height, MOST_HEIGHT_PX), deviceScaleFactor: 1, mobile: false };
  await devtools.send("Emulation.setDeviceMetricsOverride", metrics);
  await page.waitForTimeout(DRAWN_MS);
  await takeScreenshot(page, name);
  await devtools.send("Emulation.clearDeviceMetricsOverride");
  await devtools.detach();
}

/** Chooses a theme in Settings and goes back to no particular view. */
export async function chooseTheme(page: Page, theme: "Light" | "Dark"): Promise<void> {
  await page.getByRole("button", { name: "Settings", exact: true }).click();
  await page.locator("label", { hasText: theme }).click();
}
