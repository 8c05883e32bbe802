import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { accessibilityViolations } from "./accessibility-violations.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { takeScreenshot } from "./take-screenshots.ts";

const LONG_MS = 60_000;

let launched: LaunchedApp;
let page: Page;
beforeAll(async () => {
  launched = await launchApp();
  page = launched.page;
  await page.locator('section[aria-label^="Cell 1 of 1,"]').waitFor();
});
afterAll(() => launched.close());

const cells = (): Locator => page.locator("section[aria-label^='Cell ']");
const cell = (number: number): Locator => page.locator(`section[aria-label^="Cell ${number} of"]`);
const library = (): Locator => page.getByRole("list", { name: "Notebooks", exact: true });
const title = (): Promise<string> => page.getByLabel("Title of the notebook").inputValue();
const panel = (name: string): Promise<void> => page.getByText(name, { exact: true }).first().click();

async function write(at: Locator, text: string): Promise<void> {
  await at.focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => at.locator(".cm-content").count()).toBe(1);
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

/** The file of a notebook of the library. */
function fileOf(wanted: RegExp): string {
  const folder = join(launched.userDataDir, "lab-notebooks");
  const found = readdirSync(folder)
    .filter((name) => name.endsWith(".lab.ts"))
    .map((name) => join(folder, name))
    .find((path) => wanted.test(readFileSync(path, "utf8")));
  if (found === undefined) throw new Error(`no notebook in ${folder} has ${String(wanted)}`);
  return found;
}

const body = (line: string): string =>
  `function mse_backward(predictions: Tensor, labels: Tensor) {\n  ${line}\n}`;
const RIGHT =
  "predictions.g = predictions.squeeze(1).sub(labels).unsqueeze(-1).mul(2 / predictions.shape[0]!);";

describe("a lesson", () => {
  it("is opened from the course, and names three usual mistakes at the line", async () => {
    await page.getByText("Lessons", { exact: true }).click();
    await page.getByRole("list", { name: "Lessons" }).getByText("5. The gradient of the loss").click();
    await expect.poll(title).toBe("5. The gradient of the loss");
    const exercise = page.getByRole("group", { name: "Exercise Backward of the mean square error" });
    const at = cells().filter({ has: exercise });
    const check = exercise.getByRole("button", { name: "Check" });
    for (const [line, words] of [
      [RIGHT.replace("2 / ", "1 / "), /half|½|factor/i],
      [RIGHT.replace("predictions.squeeze(1).sub(labels)", "labels.sub(predictions.squeeze(1))"), /sign/i],
      [RIGHT.replace(".unsqueeze(-1)", ""), /shape/i],
    ] as const) {
      await write(at, body(line));
      await check.press("Enter");
      await exercise.getByText("not passed", { exact: true }).waitFor({ timeout: LONG_MS });
      // The button takes no press while it works, and has the focus again afterwards.
      await expect.poll(() => check.evaluate((one) => one === document.activeElement)).toBe(true);
      await expect.poll(() => exercise.innerText(), { message: line }).toMatch(words);
      await expect.poll(() => at.locator(".cm-failedLine").allInnerTexts()).toEqual([`  ${line}`]);
      // Where shapes differ nothing was measured.
      expect(await exercise.innerText()).not.toContain("NaN");
    }
    await takeScreenshot(page, "lesson-diagnosis");
  });

  it("is passed when the mistake is repaired, and the course knows", async () => {
    const exercise = page.getByRole("group", { name: "Exercise Backward of the mean square error" });
    const at = cells().filter({ has: exercise });
    await write(at, body(RIGHT));
    expect(await at.locator(".cm-failedLine").count()).toBe(0);
    await exercise.getByRole("button", { name: "Check" }).click();
    await exercise.getByText("passed", { exact: true }).waitFor({ timeout: LONG_MS });
    const lesson = page.getByRole("list", { name: "Lessons" }).getByRole("button", { name: /^5\. / });
    await expect.poll(() => lesson.innerText()).toMatch(/1 of 2 exercises passed/);
    await exercise
      .getByRole("button", { name: "Next exercise: Backward of the mean absolute error", exact: true })
      .click();
    const second = page.getByRole("group", { name: "Exercise Backward of the mean absolute error" });
    await expect
      .poll(() =>
        cells()
          .filter({ has: second })
          .evaluate((one) => one === document.activeElement),
      )
      .toBe(true);
    // It is gone on with, not begun anew.
    await page.getByText("Saved", { exact: true }).waitFor();
    await lesson.click();
    await expect.poll(() => library().getByText("5. The gradient of the loss").count()).toBe(1);
    await expect.poll(() => at.innerText()).toContain("2 / predictions.shape[0]!");
  });
});

describe("the page of all lessons", () => {
  it("says what is done of each, and goes on at the exercise that comes next", async () => {
    await page.getByRole("button", { name: "All lessons on a page" }).click();
    await page.getByRole("heading", { name: "The course" }).waitFor();
    const fifth = page
      .getByRole("list", { name: "The course" })
      .locator("> li")
      .filter({ hasText: "5. The gradient of the loss" });
    expect(await fifth.innerText()).toMatch(
      /begun[\s\S]*1 of 2 exercises passed[\s\S]*4 attempts; last passed on/,
    );
    expect(await accessibilityViolations(page)).toEqual([]);
    await takeScreenshot(page, "lessons-page");
    await page.getByRole("button", { name: /^Go on: 5\..*, Backward of the mean absolute error$/ }).click();
    const next = page.getByRole("group", { name: "Exercise Backward of the mean absolute error" });
    await expect
      .poll(() =>
        cells()
          .filter({ has: next })
          .evaluate((one) => one === document.activeElement),
      )
      .toBe(true);
  });
});

describe("files", () => {
  it("are dropped on the window: a notebook and a Jupyter notebook; another one is refused in words", async () => {
    const ipynb = {
      nbformat: 4,
      nbformat_minor: 5,
      metadata: { kernelspec: { name: "python3", language: "python", display_name: "Python 3" } },
      cells: [
        { cell_type: "code", id: "p", metadata: {}, execution_count: null, source: "import os", outputs: [] },
      ],
    };
    const drop = async (name: string, text: string): Promise<void> => {
      const data = await page.evaluateHandle(
        ([file, content]) => {
          const transfer = new DataTransfer();
          transfer.items.add(new File([content], file));
          return transfer;
        },
        [name, text] as const,
      );
      await page.getByRole("toolbar", { name: "Notebook" }).dispatchEvent("drop", { dataTransfer: data });
    };
    await drop("python.ipynb", JSON.stringify(ipynb));
    await expect.poll(() => cell(1).getAttribute("aria-label")).toMatch(/locked text of another language/);
    await drop(
      "shared.lab.ts",
      "// lab notebook 1 · title: Shared\n// %% code id=a\nprint(1);\n// %% code id=b\nprint(2);\n",
    );
    await expect.poll(title).toBe("Shared");
    // It comes from elsewhere: nothing runs unasked.
    await cell(1).focus();
    await page.keyboard.press("Control+Enter");
    const question = page.getByRole("dialog");
    await question.getByRole("button", { name: "Run it", exact: true }).click();
    await expect.poll(() => cell(1).getAttribute("data-condition"), { timeout: LONG_MS }).toBe("fresh");
    await drop("notes.md", "none");
    await page.getByText(/notes\.md is no file of runs/).waitFor();
  });

  it("that another program writes are merged cell by cell", async () => {
    const path = fileOf(/title: Shared/);
    const before = readFileSync(path, "utf8");
    await write(cell(2), "print(2, 'mine');");
    writeFileSync(
      path,
      before.replace("print(1);", "print(1, 'theirs');").replace("print(2);", "print(2, 'theirs');"),
    );
    const dialog = page.getByRole("dialog", { name: /changed by another program/ });
    await dialog.waitFor({ timeout: LONG_MS });
    await dialog.getByText(/Changed on both sides: 1 cell;/).waitFor();
    await takeScreenshot(page, "conflict");
    await dialog.getByRole("button", { name: "Merge as chosen" }).click();
    await dialog.waitFor({ state: "detached" });
    await expect.poll(() => readFileSync(path, "utf8")).toMatch(/'theirs'\);\n[^]*'mine'\);/);
  });
});

describe("the library", () => {
  it("tags a notebook, finds it by its tag and by its text, and empties the trash", async () => {
    await panel("Notebooks");
    await page.getByRole("button", { name: "More for Shared" }).click();
    await page.getByRole("menuitem", { name: "Tags" }).click();
    await page.getByLabel("Tags, with commas between").fill("from Anna, week 3");
    await page.getByRole("button", { name: "Set tags" }).click();
    await library().getByText("#from Anna #week 3").waitFor();
    const search = page.getByLabel("Search notebooks");
    for (const words of ["week 3", "'mine'"]) {
      await search.fill(words);
      await expect.poll(() => library().getByRole("listitem").count(), { message: words }).toBe(1);
      await library().getByText("Shared").waitFor();
    }
    await search.fill("");
    await page.getByRole("button", { name: "More for Shared" }).click();
    await page.getByRole("menuitem", { name: "Move to the trash" }).click();
    await expect.poll(() => library().getByText("Shared").count()).toBe(0);
    await page.getByText("Trash", { exact: true }).click();
    const trash = page.getByRole("list", { name: "Notebooks in the trash" });
    await trash.getByRole("button", { name: "Delete" }).click();
    await page.getByRole("button", { name: "Delete for good" }).click();
    await expect.poll(() => trash.getByText("Shared").count()).toBe(0);
  });
});
