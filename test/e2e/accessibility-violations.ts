import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** Code of a notebook's later cells: thousands of words in the colours of the first ones, which are looked at. */
const MORE_CODE = 'section[aria-label^="Cell "]:nth-of-type(n + 25) :is(pre, .cm-content)';

/** What axe finds wrong with the page as it is, each with the elements. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  // Electron's pages belong to no browser context that axe could open a frame in; every rule runs, and
  // only what breaks one is described.
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .exclude(MORE_CODE)
    .options({ resultTypes: ["violations"] })
    .analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}
