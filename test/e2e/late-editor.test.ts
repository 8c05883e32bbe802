import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { projectPaths } from "../../scripts/setup/project-paths.mjs";
import { launchApp, type LaunchedApp } from "./launch-app.ts";

const pageDir = mkdtempSync(join(tmpdir(), "backprop-lab-page-"));
let launched: LaunchedApp | undefined;
afterAll(async () => {
  await launched?.close();
  rmSync(pageDir, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
});

/** The page, whose editor comes when `window.editorMayCome` is called. */
function holdEditorBack(): void {
  cpSync(join(projectPaths.projectDir, "out", "renderer"), pageDir, { recursive: true });
  const assets = join(pageDir, "assets");
  const editor = readdirSync(assets).find((name) => /^cell-editor-.*\.js$/.test(name));
  if (editor === undefined)
    throw new Error(`${assets} has no cell-editor-….js: the editor is no part of its own`);
  const path = join(assets, editor);
  const held = "await new Promise((resolve) => (window.editorMayCome = resolve));";
  writeFileSync(path, `${held}${readFileSync(path, "utf8")}`);
}

test("a cell that is entered before the editor's code is there shows its text, and takes what is typed once it is", async () => {
  holdEditorBack();
  launched = await launchApp({ env: { BACKPROP_LAB_PAGE_DIR: pageDir } });
  const { page } = launched;
  await page.evaluate(async () => {
    const text = "// lab notebook 1 · title: Early\n// %% code id=a\nprint(1);\n";
    const made = await window.lab.documentsCreate({ from: { kind: "text", text }, title: null });
    if (!made.ok) throw new Error(made.error.message);
  });
  await page
    .getByRole("list", { name: "Notebooks", exact: true })
    .getByText("Early", { exact: true })
    .click();
  const cell = page.locator("section[aria-label^='Cell 1 of 1']");
  await cell.focus();
  await page.keyboard.press("Enter");
  await expect.poll(() => page.evaluate(() => "editorMayCome" in window)).toBe(true);
  await cell.getByText("print(1);").waitFor();
  expect(await cell.locator(".cm-content").count()).toBe(0);
  await page.evaluate(() => (window as unknown as { editorMayCome: () => void }).editorMayCome());
  await cell.locator(".cm-content").waitFor();
  await expect.poll(() => cell.locator(".cm-content:focus").count()).toBe(1);
  await page.keyboard.press("Control+End");
  await page.keyboard.type(" print(2);");
  await expect.poll(() => cell.locator(".cm-content").innerText()).toContain("print(1); print(2);");
});
