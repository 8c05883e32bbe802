import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** What axe finds wrong with the page as it is, each with the elements. */
export async function accessibilityViolations(page: Page): Promise<string[]> {
  // Electron's pages belong to no browser context that axe could open a frame in; every rule runs, and
  // only what breaks one is described.
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .options({ resultTypes: ["violations"] })
    .analyze();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}
