import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { readIpynb } from "../../src/shared/documents/ipynb.ts";
import type { LabBridge } from "../../src/shared/ipc/lab-bridge.ts";
import { answerDialogs, dialogsAsked } from "./answer-dialogs.ts";
import { showView } from "./drive-window.ts";
import { launchApp, type LaunchedApp } from "./launch-app.ts";
import { chooseTheme, PICTURES_WANTED, takeWholeView } from "./take-screenshots.ts";

declare global {
  // What preload puts on the page.
  interface Window {
    lab: LabBridge;
  }
}

let launched: LaunchedApp;
beforeAll(async () => {
  launched = await launchApp();
});
afterAll(() => launched.close());

const TEXT = [
  "// lab notebook 1 · title: Handed in · seed: 1 · threads: 1 · rows: 100",
  "// %% md id=m",
  "// # A relu, $\\max(x, 0)$",
  "// %% code id=c",
  "print('six', 2 * 3); heat(eye(3)); plot([3, 2, 1]);",
  "",
].join("\n");

test("a notebook is run in the window's process and handed out as .lab.ts, .ipynb, web page and PDF", async () => {
  const saved = await launched.page.evaluate(async (text) => {
    const created = await window.lab.documentsCreate({ from: { kind: "text", text }, title: null });
    if (!created.ok) throw new Error(created.error.message);
    const { id } = created.value;
    const ended = new Promise((resolve) => {
      window.lab.on("sessionCellEnded", resolve);
    });
    const selection = { kind: "cells", ids: ["c"], withNeeds: true } as const;
    const run = await window.lab.sessionRun({
      documentId: id,
      text,
      selection: { ...selection, ids: ["c"] },
    });
    if (!run.ok) throw new Error(run.error.message);
    await ended;
    const paths: string[] = [];
    for (const format of ["lab", "ipynb", "html", "pdf"] as const) {
      const answer = await window.lab.documentsExport({ id, text, format });
      if (!answer.ok) throw new Error(answer.error.message);
      if (answer.value.kind === "saved") paths.push(answer.value.path);
    }
    return paths;
  }, TEXT);
  expect(saved).toStrictEqual(
    ["lab.ts", "ipynb", "html", "pdf"].map((extension) => join(launched.saveDir, `Handed in.${extension}`)),
  );
  const [lab = "", ipynb = "", html = "", pdf = ""] = saved;
  expect(readFileSync(lab, "utf8")).toBe(TEXT);
  const read = readIpynb(ipynb, readFileSync(ipynb, "utf8"));
  const outputs = read.outputs.get("c") ?? [];
  expect(outputs.map(({ text }) => text.split("\n")[0])).toStrictEqual([
    "six 6",
    expect.any(String),
    expect.any(String),
  ]);
  expect(outputs[1]?.png).not.toBeNull();
  const page = readFileSync(html, "utf8");
  expect(page).toContain("<math");
  expect(page).toContain("six 6");
  expect(page).not.toContain("<script");
  const printed = readFileSync(pdf);
  expect(printed.subarray(0, 5).toString()).toBe("%PDF-");
  expect(printed.length).toBeGreaterThan(5_000);
});

test("a file that is no lab_notebook.py of the lab is asked about before a notebook in Python replaces it", async () => {
  const helper = join(launched.saveDir, "lab_notebook.py");
  const exported = (): Promise<string> =>
    launched.page.evaluate(async (text) => {
      const created = await window.lab.documentsCreate({ from: { kind: "text", text }, title: "In Python" });
      if (!created.ok) throw new Error(created.error.message);
      const answer = await window.lab.documentsExport({ id: created.value.id, text, format: "py" });
      return answer.ok ? answer.value.kind : answer.error.message;
    }, TEXT);
  writeFileSync(helper, "a person's own");
  await answerDialogs(launched, 1);
  expect(await exported()).toBe("dismissed");
  expect(await dialogsAsked(launched)).toEqual([
    expect.stringContaining('\\"lab_notebook.py\\" already exists. Replace it?'),
  ]);
  expect(readFileSync(helper, "utf8")).toBe("a person's own");
  expect(existsSync(join(launched.saveDir, "In Python.py"))).toBe(false);
  await answerDialogs(launched, 0);
  expect(await exported()).toBe("saved");
  expect(await exported()).toBe("saved");
  expect(await dialogsAsked(launched)).toHaveLength(1);
  expect(readFileSync(helper, "utf8")).toContain("What a notebook of Backprop Lab calls");
});

test("the page of a notebook's run shows what its cells showed", async () => {
  const { page } = launched;
  const runId = await page.evaluate(async (text) => {
    const created = await window.lab.documentsCreate({ from: { kind: "text", text }, title: "Run whole" });
    if (!created.ok) throw new Error(created.error.message);
    const ended = new Promise<void>((resolve) => {
      window.lab.on("runChanged", ({ status }) => {
        if (status !== "running") resolve();
      });
    });
    const documentId = created.value.id;
    const run = await window.lab.sessionRun({ documentId, text, selection: { kind: "all" } });
    if (!run.ok) throw new Error(run.error.message);
    await ended;
    return run.value.runId;
  }, TEXT);
  expect(runId).not.toBeNull();
  for (const theme of PICTURES_WANTED ? (["Light", "Dark"] as const) : (["Light"] as const)) {
    await chooseTheme(page, theme);
    await showView(page, "Runs");
    const heading = page.getByRole("heading", { name: "What the cells showed" });
    if (!(await heading.isVisible())) {
      await page.getByRole("grid", { name: "Saved runs" }).focus();
      await page.keyboard.press("ArrowDown");
      await page.keyboard.press("Enter");
    }
    await heading.waitFor();
    await page.getByRole("group", { name: "Output of cell 2" }).getByText("six 6").waitFor();
    await takeWholeView(page, `notebook-run-page-${theme.toLowerCase()}`);
  }
});
