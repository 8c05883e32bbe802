import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { BrowserWindow } from "electron";
import { makeFolder } from "../data/make-folder.ts";
import { ContractError } from "../../core/errors.ts";
import type { Lab } from "../lab/lab.ts";
import { SEED_NOTEBOOK_ID } from "../../shared/documents/document-records.ts";
import { runReport } from "../report/run-report.ts";

// Charts animate and tables are laid out after the last event arrived.
const SETTLE_MS = 1_000;

/**
 * For a machine without a display: runs the whole notebook in the open window, prints every cell beside the
 * notebook's own numbers and keeps a picture of the window next to the database.
 *
 * @returns the exit code: 1 when the run did not finish or a cell failed.
 */
export async function runDemo(lab: Lab, window: BrowserWindow, outDir: string): Promise<0 | 1> {
  makeFolder(outDir);
  const { text } = await lab.documents.open({ id: SEED_NOTEBOOK_ID });
  const ended = new Promise<void>((resolve) => {
    const stop = lab.subscribe(({ name, payload }) => {
      if (name !== "activityChanged" || payload !== null) return;
      stop();
      resolve();
    });
  });
  const { runId } = await lab.session.run({
    documentId: SEED_NOTEBOOK_ID,
    text,
    selection: { kind: "all" },
  });
  if (runId === null) throw new ContractError("the database cannot be written, so nothing was run");
  await ended;
  const details = lab.runs.get({ runId });
  const picture = join(outDir, "notebook.png");
  writeFileSync(picture, await pictureOf(window));
  process.stdout.write(
    [runReport(details), `screenshot ${picture}`, `database ${lab.diagnostics.get().database.path}`, ""].join(
      "\n",
    ),
  );
  const failed = details.cells.some((cell) => cell.verdict === "failed");
  return details.run.status === "finished" && !failed ? 0 : 1;
}

async function pictureOf(window: BrowserWindow): Promise<Buffer> {
  await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
  const image = await window.webContents.capturePage();
  return image.toPNG();
}
