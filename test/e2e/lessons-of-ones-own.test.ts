import { copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { takeScreenshot } from "./take-screenshots.ts";

const LONG_MS = 60_000;

let launched: LaunchedApp;
let page: Page;
let handedIn: string;
beforeAll(async () => {
  handedIn = mkdtempSync(join(tmpdir(), "backprop-lab-handed-in-"));
  launched = await launchApp({
    page: "checkedIfThorough",
    notebook: "shipped",
    env: { BACKPROP_LAB_OPEN_FILE: handedIn },
  });
  page = launched.page;
  await page.getByRole("heading", { name: "Backpropagation from scratch" }).waitFor();
});
afterAll(async () => {
  await launched.close();
  rmSync(handedIn, { recursive: true, force: true });
});

const cell = (number: number): Locator => page.locator(`section[aria-label^="Cell ${number} of"]`);
const exercise = (title: string): Locator =>
  page.getByRole("group", { name: `Exercise ${title}`, exact: true });
const notebooks = (): Locator => page.getByRole("list", { name: "Notebooks", exact: true });

async function write(at: Locator, text: string): Promise<void> {
  await at.click();
  await page.keyboard.press("Control+a");
  await page.keyboard.insertText(text);
}

async function writeCell(number: number, text: string): Promise<void> {
  await cell(number).focus();
  await page.keyboard.press("Enter");
  await write(cell(number).locator(".cm-content").first(), text);
}

/** The text of a file that was saved, and its path. */
async function savedFile(name: RegExp): Promise<{ readonly path: string; readonly text: string }> {
  const find = () => readdirSync(launched.saveDir).find((one) => name.test(one));
  await expect.poll(find).toBeDefined();
  const path = join(launched.saveDir, find() ?? "");
  return { path, text: readFileSync(path, "utf8") };
}

async function openLessonDialog(): Promise<Locator> {
  await page.getByRole("button", { name: "Lesson", exact: true }).click();
  return page.getByRole("dialog", { name: /^Lesson: / });
}

describe("a teacher's lesson", () => {
  let students: string;

  it("is written in the window with a second exercise, and tested until it is fit", async () => {
    await page.getByRole("button", { name: "New notebook" }).click();
    await page.getByRole("menuitem", { name: /Lesson of your own/ }).click();
    await exercise("Twice as much").waitFor();
    await page.getByRole("button", { name: "Exercise", exact: true }).click();
    await write(cell(3).locator(".cm-content").first(), "const half = (x: Tensor) => x;");
    const parts = page.getByRole("group", { name: "Parts of the exercise in cell 3" });
    await parts.getByRole("button", { name: "Begin with", exact: true }).click();
    await page.getByRole("menuitem", { name: "Numbers are right" }).click();
    await expect.poll(() => parts.getByLabel("What the student defines").inputValue()).toBe("half");
    const check = parts.getByLabel(/^Check of cell 3/);
    await write(check, 'within("the answer", 42, "low", 50);\n');
    await page.keyboard.type("equ");
    await page.getByRole("option", { name: "equal" }).waitFor({ timeout: LONG_MS });
    await check.locator(".cm-lintRange-error", { hasText: '"low"' }).waitFor({ timeout: LONG_MS });
    await page.keyboard.press("Escape");
    await write(check, 'const x = randn(7, 5);\nequal("half(x)", half(x), () => x.mul(0.5));');
    await parts.getByRole("button", { name: "Hint", exact: true }).click();
    await parts.getByRole("textbox", { name: "Hint 1" }).fill("What is $x / 2$?");
    await parts.getByRole("button", { name: "Begin with the starter" }).click();
    await parts.getByRole("button", { name: "Test this exercise" }).click();
    await parts.getByText(/the solution does not pass: half\(x\) is wrong/).waitFor({ timeout: LONG_MS });
    await takeScreenshot(page, "exercise-parts");
    await write(parts.getByLabel(/^Solution of cell 3/), "const half = (x: Tensor) => x.div(2);");
    const dialog = await openLessonDialog();
    await dialog.getByText("This text has not been tested.").waitFor();
    await dialog.getByRole("button", { name: "Test 2 exercises" }).click();
    await expect.poll(() => dialog.getByText("fit", { exact: true }).count(), { timeout: LONG_MS }).toBe(2);
  });

  it("is handed out as one file without the solutions", async () => {
    const dialog = page.getByRole("dialog", { name: /^Lesson: / });
    await dialog.getByRole("button", { name: "Hand out…" }).click();
    const { text } = await savedFile(/students.*\.lab\.ts$/);
    students = text;
    expect(text).not.toMatch(/%% solution|x\.div\(2\)|return x\.mul/);
    expect(text).toContain("lesson: A lesson of mine");
    expect(text).toContain("// What is $x / 2$?");
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  it("is opened by a student, who passes one exercise, makes a mistake in the other, and hands it in", async () => {
    await page.getByRole("toolbar", { name: "Notebook" }).dispatchEvent("drop", {
      dataTransfer: await page.evaluateHandle((content) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([content], "lesson.lab.ts"));
        return transfer;
      }, students),
    });
    await expect.poll(() => notebooks().getByRole("listitem").count()).toBe(3);
    const mine = exercise("Twice as much");
    await mine.getByRole("button", { name: "Hint 1 of 3" }).waitFor();
    // It is another text than the teacher's: neither reports nor solutions of that one are shown.
    expect(await mine.getByRole("button", { name: "Solution", exact: true }).count()).toBe(0);
    expect(await mine.getByRole("button", { name: /Write hints/ }).count()).toBe(0);
    await writeCell(2, "const twice = (x: Tensor) => x.square();");
    await mine.getByRole("button", { name: "Check", exact: true }).click();
    await mine
      .getByText(/what comes out when x is squared/)
      .first()
      .waitFor({ timeout: LONG_MS });
    await writeCell(2, "const twice = (x: Tensor) => x.add(x);");
    // What was said of the earlier text says so, and is new again when that text comes back.
    await mine.getByText("From before the change:").waitFor();
    await page.keyboard.press("Control+z");
    await mine.getByText("From before the change:").waitFor({ state: "detached" });
    await page.keyboard.press("Control+y");
    await mine.getByText("From before the change:").waitFor();
    await mine.getByRole("button", { name: "Check", exact: true }).click();
    await mine.getByText("passed", { exact: true }).waitFor({ timeout: LONG_MS });
    await writeCell(3, "const half = (x: Tensor) => x.div(3);");
    const dialog = await openLessonDialog();
    await dialog.getByText(/passed 1 of 2 exercises/).waitFor();
    await dialog.getByLabel("Your name, for the file").fill("Anna");
    await dialog.getByRole("button", { name: "Save the file to hand in…" }).click();
    const { path } = await savedFile(/Anna/);
    copyFileSync(path, join(handedIn, "anna.lab.ts"));
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });

  it("grades what three students have handed in, as a table and as CSV", async () => {
    const solved = students.replace("  return x;", "  return x.mul(2);").replace("=> x;", "=> x.mul(0.5);");
    writeFileSync(join(handedIn, "ben.lab.ts"), solved);
    writeFileSync(join(handedIn, "cem.lab.ts"), students.replace("  return x;", "  return x.("));
    await notebooks()
      .getByRole("button", { name: /^A lesson of mine/ })
      .last()
      .click();
    await exercise("Twice as much").getByRole("button", { name: "Solution", exact: true }).waitFor();
    const dialog = await openLessonDialog();
    await dialog.getByRole("button", { name: "Grade a folder…" }).click();
    await dialog.getByRole("button", { name: "Save as CSV…" }).waitFor({ timeout: LONG_MS });
    const table = dialog.getByRole("region", { name: "Grades" });
    await expect.poll(() => table.getByText("passed", { exact: true }).count()).toBe(3);
    await expect.poll(() => table.getByText("not passed", { exact: true }).count()).toBe(3);
    await dialog.getByText(/twice: 2 of 3 passed · half: 1 of 3 passed/).waitFor();
    await takeScreenshot(page, "grades");
    await dialog.getByRole("button", { name: "Save as CSV…" }).click();
    const { text } = await savedFile(/grades.*\.csv$/);
    const rows = text.trim().split(/\r?\n/).slice(1);
    expect(rows.map((row) => row.split(",").slice(0, 3).join(" "))).toEqual([
      "anna.lab.ts twice yes",
      "anna.lab.ts half no",
      "ben.lab.ts twice yes",
      "ben.lab.ts half yes",
      "cem.lab.ts twice no",
      "cem.lab.ts half no",
    ]);
    await page.keyboard.press("Escape");
    await dialog.waitFor({ state: "detached" });
  });
});

describe("a version that is restored", () => {
  it("has no report of the text that was there before it", async () => {
    const mine = exercise("Twice as much");
    await page.getByText("Saved", { exact: true }).waitFor();
    await writeCell(2, "const twice = (x: Tensor) => x.square();\nprint(twice(tensor([3])));");
    await page.keyboard.press("Control+Enter");
    await expect.poll(() => cell(2).getAttribute("data-condition"), { timeout: LONG_MS }).toBe("fresh");
    await mine.getByRole("button", { name: "Check", exact: true }).click();
    await mine.getByText("not passed", { exact: true }).waitFor({ timeout: LONG_MS });
    await page.getByRole("button", { name: "Versions" }).click();
    const dialog = page.getByRole("dialog", { name: "Versions" });
    await dialog.getByRole("button", { name: "Restore this version" }).click();
    await dialog.waitFor({ state: "detached" });
    await mine.getByText("From before the change:").waitFor();
    await cell(2)
      .getByRole("group", { name: "Output of cell 2" })
      .getByText("From before the change:")
      .waitFor();
    expect(await cell(2).locator(".cm-failedLine").count()).toBe(0);
  });
});
