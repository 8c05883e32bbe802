import type { Locator, Page } from "playwright-core";

/** Longer than any experiment of these tests takes, on a machine that others keep busy. */
const MOST_WORK_MS = 240_000;

/**
 * The button that shows a view. By its place: to find a button by its role, Playwright goes through every element of
 * every view that was shown before.
 */
export const viewButton = (page: Page, view: string): Locator =>
  page.locator(`nav[aria-label="Views"] button[aria-label="${view}"]`);

export const showView = (page: Page, view: string): Promise<void> => viewButton(page, view).click();

/** What is in sight of the views: to look for a text in the whole page goes through all that were shown before. */
export const shownView = (page: Page): Locator => page.locator("main > div:visible");

/** Waits until nothing runs any more. */
export const idle = (page: Page): Promise<void> =>
  page.locator("header").getByText("Nothing is running").waitFor({ timeout: MOST_WORK_MS });
