import { readFileSync, readdirSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { showView } from "./drive-window.ts";
import { accessibilityViolations, THEMES, type Rules } from "./accessibility-violations.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { chooseTheme, takeScreenshot } from "./take-screenshots.ts";
import { settled } from "./window-layout.ts";

const LONG_MS = 60_000;
const SETUP = "const x = randn(6, 4);\nlet w = randn(4, 3), b = randn(3);";
const BACKWARD = `function lin(inp: Tensor, w: Tensor, b: Tensor) { return inp.matmul(w).add(b); }
function lin_backwards(inp: Tensor, out: Tensor, w: Tensor, b: Tensor) {
  inp.g = out.g!.matmul(w.t());
  w.g = inp.t().matmul(out.g!);
  b.g = out.g!.mean({ dim: 0 });
}
check(() => {
  const out = lin(x, w, b);
  out.g = out.mul(2 / out.numel);
  lin_backwards(x, out, w, b);
  return out.pow(2).mean();
}, { x, w, b });`;

let launched: LaunchedApp;
let page: Page;
beforeAll(async () => {
  launched = await launchApp({ page: "checked" });
  page = launched.page;
  await page.locator('section[aria-label^="Cell 1 of 1,"]').waitFor();
});
afterAll(() => launched.close());

const cell = (number: number): Locator => page.locator(`section[aria-label^="Cell ${number} of"]`);
const conditionOf = (number: number) => cell(number).getAttribute("aria-label");
const press = (keys: string) => page.keyboard.press(keys);
/** The whole text of the cell that is being written. */
async function write(text: string): Promise<void> {
  await press("Control+a");
  await page.keyboard.insertText(text);
}
async function focused(): Promise<string> {
  return page.evaluate(() => document.activeElement?.getAttribute("aria-label") ?? "");
}
const violations = (rules?: Rules): Promise<string[]> => accessibilityViolations(page, rules);

describe("a notebook that a person writes", () => {
  it("is made empty, and written with the keyboard alone", async () => {
    await page.getByRole("button", { name: "New notebook" }).click();
    await page.getByRole("menuitem", { name: "Empty" }).click();
    // What an empty notebook is for needs no further key. The notebook that was shown before has a first cell too.
    await page.locator('section[aria-label^="Cell 1 of 1,"]').waitFor();
    await expect.poll(focused).toMatch(/^Code of cell 1\. Tab indents; Escape, then Tab moves on/);
    await write(SETUP);
    await press("Escape");
    await expect.poll(focused).toMatch(/^Cell 1 of 1, code, never run/);
    await press("b");
    await expect.poll(focused).toMatch(/^Code of cell 2/);
    await write(BACKWARD);
    expect(await conditionOf(2)).toMatch(/never run/);
  });

  it("is told which mistake its backward pass has, at the line", async () => {
    await press("Control+Enter");
    await expect.poll(() => conditionOf(2), { timeout: LONG_MS }).toMatch(/failed/);
    const report = cell(2).getByRole("group", { name: "Report of check" });
    expect(await report.getByRole("group", { name: "Diagnosis: b" }).innerText()).toMatch(
      /mean is taken where the sum/,
    );
    expect(await cell(2).locator(".cm-failedLine").allInnerTexts()).toEqual([
      "  b.g = out.g!.mean({ dim: 0 });",
    ]);
    expect(await conditionOf(1)).toMatch(/fresh/);
    await report.getByRole("button", { name: "cell 2, line 5" }).first().click();
    await expect.poll(focused).toMatch(/^Code of cell 2/);
    await takeScreenshot(page, "live-diagnosis");
  });

  it("passes when the mistake is repaired", async () => {
    await write(BACKWARD.replace("mean({", "sum({"));
    await expect.poll(() => conditionOf(2)).toMatch(/changed/);
    await press("Control+Enter");
    await cell(2)
      .getByText(/All 4 gradients agree with float64/)
      .waitFor({ timeout: LONG_MS });
    await expect.poll(() => conditionOf(2)).toMatch(/fresh/);
    expect(await cell(2).locator(".cm-failedLine").count()).toBe(0);
  });

  it("clears an output, and undo brings it back", async () => {
    const agreed = cell(2).getByText(/All 4 gradients agree with float64/);
    await cell(2).getByRole("button", { name: "More for cell 2" }).click();
    await page.getByRole("menuitem", { name: "Clear its output" }).click();
    await page.getByText("Outputs cleared").waitFor();
    expect(await agreed.count()).toBe(0);
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await agreed.waitFor();
    await cell(2).getByRole("textbox").focus();
  });

  it("completes, says types, and marks what TypeScript finds", async () => {
    await press("Escape");
    await press("b");
    await expect.poll(focused).toMatch(/^Code of cell 3/);
    await page.keyboard.type("const h = x.matm");
    const list = page.locator(".cm-tooltip-autocomplete");
    await list.waitFor({ timeout: LONG_MS });
    await list.getByRole("option", { name: /matmul/ }).waitFor();
    await press("Enter");
    await page.keyboard.type("(1)");
    await cell(3).locator(".cm-lintRange-error").first().waitFor({ timeout: LONG_MS });
    await press("F8");
    // A type that is wrong never bars a cell from running; what the tensors say of it does.
    await press("Control+Enter");
    await expect.poll(() => conditionOf(3), { timeout: LONG_MS }).toMatch(/failed/);
    await write(
      'const h = x.matmul(w);\nshow({ rows: h.shape[0] });\nplot({ a: [1, 2, 4], b: [3, 1, 2] }, { title: "Two lines" });\nhist(h);\nheat(w, { title: "Weights" });\nimage(rand(3, 5, 5));',
    );
    await press("Control+Enter");
    await expect.poll(() => conditionOf(3), { timeout: LONG_MS }).toMatch(/fresh/);
    const output = cell(3).getByRole("group", { name: "Output of cell 3" });
    await output.getByRole("button", { name: "Save as CSV: Two lines" }).waitFor();
    await output.getByRole("img", { name: /^Weights/ }).waitFor();
    await output.getByRole("img", { name: /^Images of cell 3/ }).waitFor();
  });

  it("marks what follows from a change as stale, with the name, and runs just that", async () => {
    await press("Escape");
    await cell(1).focus();
    await press("Enter");
    await write(SETUP.replace("randn(4, 3)", "randn(4, 3).mul(2)"));
    await expect.poll(() => conditionOf(1)).toMatch(/changed/);
    await press("Control+Enter");
    await expect.poll(() => conditionOf(1), { timeout: LONG_MS }).toMatch(/fresh/);
    await expect.poll(() => conditionOf(3)).toMatch(/stale: \w+ changed/);
    await page.getByRole("button", { name: "Run stale" }).click();
    await expect.poll(() => conditionOf(3), { timeout: LONG_MS }).toMatch(/fresh/);
  });

  it("runs all cells in a fresh sandbox, and says that it is reproduced until something changes", async () => {
    await page.getByRole("button", { name: "Run all" }).click();
    await page.getByText("reproduced", { exact: true }).waitFor({ timeout: LONG_MS });
    await cell(3).focus();
    await press("Enter");
    await press("Control+End");
    await page.keyboard.type("\nprint(1);");
    await page.getByText("reproduced", { exact: true }).waitFor({ state: "detached" });
  });

  it("stops an endless loop and keeps the names", async () => {
    await write("let turns = 0;\nwhile (true) turns++;");
    await press("Control+Enter");
    await expect.poll(() => conditionOf(3), { timeout: LONG_MS }).toMatch(/running/);
    await press("Control+.");
    await expect.poll(() => conditionOf(3), { timeout: LONG_MS }).toMatch(/failed/);
    await page.getByText("Variables", { exact: true }).click();
    const variables = page.getByRole("table", { name: "Variables of the sandbox" });
    await variables.getByText("float32 (4, 3)").waitFor();
    await variables.getByText("turns").waitFor();
  });

  it("has one history for texts and cells", async () => {
    await cell(3).focus();
    await expect.poll(focused).toMatch(/^Cell 3 of 3/);
    await press("d");
    await press("d");
    await expect.poll(() => page.locator('section[aria-label^="Cell "]').count()).toBe(2);
    await press("z");
    await expect.poll(() => page.locator('section[aria-label^="Cell "]').count()).toBe(3);
    await press("m");
    await expect.poll(() => conditionOf(3)).toMatch(/text/);
    await press("Control+z");
    await expect.poll(() => conditionOf(3)).toMatch(/code/);
  });

  it("is gone through by Tab without being led into a text, where Tab would write", async () => {
    await page.getByLabel("Title of the notebook").focus();
    const inText = (): Promise<boolean> =>
      page.evaluate(() => document.activeElement?.closest(".cm-content") !== null);
    expect(await page.locator(".cm-content").count()).toBeGreaterThan(0);
    for (let presses = 0; presses < 10; presses++) {
      await page.keyboard.press("Tab");
      expect(await inText()).toBe(false);
    }
  });

  it("renames a name in all cells, and finds and replaces in all of them", async () => {
    await cell(1).focus();
    await press("Enter");
    await write("const x = randn(6, 4);\nlet w = randn(4, 3), b = randn(3);");
    await press("Control+Home");
    for (let step = 0; step < 6; step++) await press("ArrowRight");
    await press("F2");
    const field = page.getByLabel(/^New name of x/);
    await field.waitFor({ timeout: LONG_MS });
    await field.fill("inputs");
    await press("Enter");
    await expect.poll(() => cell(2).innerText()).toMatch(/lin\(inputs, w, b\)/);
    await cell(1).focus();
    await press("Control+h");
    await page.getByLabel("Find", { exact: true }).fill("inputs");
    await page.getByLabel("Replace by").fill("xs");
    await page.getByRole("button", { name: "Replace all" }).click();
    await expect.poll(() => cell(2).innerText()).toMatch(/lin\(xs, w, b\)/);
    await press("Escape");
  });

  it("draws text with formulas and never as HTML", async () => {
    await cell(3).focus();
    await press("a");
    await expect.poll(focused).toMatch(/^Code of cell 3/);
    await press("Escape");
    await press("m");
    await press("Enter");
    await expect.poll(focused).toMatch(/^Text of cell 3/);
    await page.keyboard.insertText("# The gradient\n\nof $x^2$ is $2x$. <img src=x onerror=alert(1)>");
    await press("Escape");
    await cell(3).getByRole("heading", { name: "The gradient" }).waitFor();
    expect(await cell(3).locator(".katex").count()).toBe(2);
    expect(await cell(3).locator("img").count()).toBe(0);
  });

  it("saves by itself a second after the last key, as a file without outputs", async () => {
    await page.getByText("Saved", { exact: true }).waitFor();
    const title = page.getByLabel("Title of the notebook");
    await title.fill("My backward pass");
    await press("Enter");
    const folder = join(launched.userDataDir, "lab-notebooks");
    const texts = () =>
      readdirSync(folder, { recursive: true, encoding: "utf8" })
        .filter((name) => name.endsWith(".lab.ts"))
        .map((name) => readFileSync(join(folder, name), "utf8"));
    await expect.poll(() => texts().join("\n"), { timeout: LONG_MS }).toMatch(/title: My backward pass/);
    expect(texts().join("\n")).toMatch(/lin_backwards/);
  });

  it("shows versions side by side and restores one", async () => {
    await page.getByRole("button", { name: "Versions" }).click();
    const dialog = page.getByRole("dialog", { name: "Versions" });
    await dialog.getByRole("region", { name: /beside/ }).waitFor();
    const list = dialog.getByRole("list", { name: "Versions" }).getByRole("button");
    await list.first().click();
    await dialog.getByText("Every line is as it is now.").waitFor();
    expect(await dialog.getByRole("button", { name: "Restore this version" }).isDisabled()).toBe(true);
    await list.last().click();
    await takeScreenshot(page, "live-versions");
    await dialog.getByRole("button", { name: "Restore this version" }).click();
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => page.locator('section[aria-label^="Cell "]').count()).not.toBe(4);
    await page.getByRole("button", { name: "Undo restoring a version" }).click();
    await expect.poll(() => page.locator('section[aria-label^="Cell "]').count()).toBe(4);
  });

  it("goes to the trash and comes back", async () => {
    await page.getByText("Notebooks", { exact: true }).click();
    await page.getByRole("button", { name: "More for My backward pass" }).click();
    await page.getByRole("menuitem", { name: "Move to the trash" }).click();
    await page.getByRole("button", { name: "Undo", exact: true }).click();
    await page.getByRole("list", { name: "Notebooks" }).getByText("My backward pass").click();
    await cell(4).waitFor();
  });

  it("is free of accessibility violations in both themes", async () => {
    for (const { theme, rules } of THEMES) {
      await chooseTheme(page, theme);
      await showView(page, "Notebook");
      await cell(1).focus();
      await press("Enter");
      await settled(page);
      await takeScreenshot(page, `live-${theme.toLowerCase()}`);
      expect(await violations(rules), theme).toEqual([]);
    }
  });

  it("outlives a script that fills its memory: the interpreter's addresses are checked, whatever the kernels' are", async () => {
    await page.getByRole("button", { name: "New notebook" }).click();
    await page.getByRole("menuitem", { name: "Empty" }).click();
    await page.locator('section[aria-label^="Cell 1 of 1,"]').focus();
    await press("Enter");
    await expect.poll(focused).toMatch(/^Code of cell 1/);
    await write("let chain = Promise.resolve(0);\nfor (;;) chain = chain.then((x) => x + 1);");
    await press("Control+Enter");
    await expect.poll(() => conditionOf(1), { timeout: LONG_MS }).toMatch(/failed/);
    await cell(1).getByText(/64 MB/).waitFor();
  });
});
