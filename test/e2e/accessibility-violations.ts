import { AxeBuilder } from "@axe-core/playwright";
import type { Page } from "playwright-core";

/** Code of a notebook's later cells: thousands of words in the colours of the first ones, which are looked at. */
const MORE_CODE = 'section[aria-label^="Cell "]:nth-of-type(n + 8) :is(pre, .cm-content)';

/** The rules of axe that look at colours. */
const COLOUR_RULES = ["color-contrast", "link-in-text-block"];

/** Which rules axe applies. */
export type Rules = "all" | "colours" | "structure";

const OPTIONS = {
  all: {},
  colours: { runOnly: COLOUR_RULES },
  structure: { rules: Object.fromEntries(COLOUR_RULES.map((rule) => [rule, { enabled: false }])) },
} as const;

/** A view that is shown in one theme and then in the other changes its colours and nothing else. */
export const THEMES = [
  { theme: "Light", rules: "all" },
  { theme: "Dark", rules: "colours" },
] as const;

/** What axe finds wrong with the page as it is, each with the elements. */
export async function accessibilityViolations(page: Page, rules: Rules = "all"): Promise<string[]> {
  const hidden = await takeOutHiddenViews(page);
  // Electron's pages belong to no browser context that axe could open a frame in; only what breaks a rule is described.
  const { violations } = await new AxeBuilder({ page })
    .setLegacyMode(true)
    .exclude(MORE_CODE)
    .options({ resultTypes: ["violations"], ...OPTIONS[rules] })
    .analyze();
  await hidden.putBack();
  return violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
}

/** Axe walks through all elements, of which the views shown before hold nine tenths, for what nobody sees. */
async function takeOutHiddenViews(page: Page): Promise<{ putBack(): Promise<void> }> {
  const views = await page.evaluateHandle(() =>
    [...document.querySelectorAll("main > *")]
      .filter((view) => !view.checkVisibility())
      .map((view) => {
        const children = [...view.childNodes];
        view.replaceChildren();
        return { view, children };
      }),
  );
  return {
    putBack: async () => {
      await views.evaluate((taken) => taken.forEach(({ view, children }) => view.append(...children)));
      await views.dispose();
    },
  };
}
