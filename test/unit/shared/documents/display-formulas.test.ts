import { expect, it } from "vitest";
import { withDisplayFormulas } from "../../../../src/shared/documents/display-formulas.ts";

it.each([
  ["For\n\n$$\\frac{1}{n}$$\n\nit is", "For\n\n$$\n\\frac{1}{n}\n$$\n\nit is"],
  ["a line $$x^2$$ within", "a line $$x^2$$ within"],
  ["$$\nx\n$$", "$$\nx\n$$"],
  ["```\n$$x$$\n```\n$$y$$", "```\n$$x$$\n```\n$$\ny\n$$"],
  ["$x$", "$x$"],
])("withDisplayFormulas(%j) gives lines of formulas lines of their own", (markdown, wanted) => {
  expect(withDisplayFormulas(markdown)).toBe(wanted);
  expect(withDisplayFormulas(wanted)).toBe(wanted);
});
