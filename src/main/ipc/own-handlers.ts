import { basename, dirname } from "node:path";
import { withGivenWeights } from "../exchange/weights/given-weights.ts";
import type { IpcCallName, IpcInput } from "../../shared/ipc/ipc-contract.ts";
import { handedOut } from "../../shared/documents/exercise.ts";
import { readLabDocument } from "../../shared/documents/read-lab-document.ts";
import { writeLabDocument } from "../../shared/documents/write-lab-document.ts";
import { BundledDocuments, isBundled } from "../lab/documents/bundled-documents.ts";
import { readDocumentText } from "../lab/documents/read-document-text.ts";
import { notebookHelper, type MayReplace } from "../lab/exchange/notebook-helper.ts";
import type { Lab } from "../lab/lab.ts";
import { exportedDocument } from "../report/exported-document.ts";
import type { TrainingOrder } from "../lab/training/training-order.ts";
import type { CommandState } from "../../shared/ipc/window-commands.ts";
import type { OpenedFiles } from "../shell/opened-files.ts";
import type { RecentFiles } from "../shell/recent-files.ts";
import { allImported, EXPORTS, type SqlAnswer } from "../../shared/runs/run-exports.ts";
import type { IpcHandler, ParsedInput } from "./lab-calls.ts";
import { requirePng } from "./require-png.ts";
import type { AskWhere, AskWhich } from "./save-place.ts";
import { writeGradesCsv } from "../store/export/write-grades-csv.ts";
import { writeWholeFile } from "./write-whole-file.ts";
import { savePng, saveCsv } from "./save-file.ts";

export interface IpcServices {
  /** Its workers have started; calls wait for it. */
  readonly lab: Promise<Lab>;
  /** The same, as soon as it can be read. */
  readonly idleLab: Promise<Lab>;
  readonly resourcesDir: string;
  readonly askWhere: AskWhere;
  /** Asks about a file that goes beside what is exported, where another one has its name. */
  readonly askReplace: MayReplace;
  /** Asks for a file to read; null when the person closes the dialog. */
  readonly askWhich: AskWhich;
  /** What the window shows, as PDF. */
  readonly printPage: () => Promise<Uint8Array>;
  /** A page without scripts, as PDF. */
  readonly printHtml: (html: string) => Promise<Uint8Array>;
  /** Runs one SELECT on the database at `path`. */
  readonly querySql: (path: string, sql: string) => Promise<SqlAnswer>;
  readonly writeClipboard: (content: IpcInput<"clipboardWrite">) => Promise<void>;
  /** Opens files one after the other, and tells the window of each. */
  readonly opened: Pick<OpenedFiles, "add" | "addRecent">;
  readonly recent: Pick<RecentFiles, "add" | "entries" | "clear">;
  /** The menu shows how the page's commands stand. */
  readonly showCommands: (state: CommandState) => void;
}

/** Calls that need more than the lab: dialogs, the clipboard, the page, a process of their own, files as bytes. */
export function ownHandlers(services: IpcServices) {
  const { lab, idleLab, resourcesDir, askWhere, askReplace, askWhich, printPage, printHtml, querySql } =
    services;
  const { writeClipboard, opened: openedFiles, recent, showCommands } = services;
  const bundled = new BundledDocuments(resourcesDir);
  return {
    // What comes with the app is shown while the lab is opening.
    documentsOpen: async (input) => {
      if (isBundled(input.id)) return bundled.open(input.id);
      const document = await (await idleLab).documents.open(input);
      const { title, deletedAt } = document.entry;
      if (deletedAt === null) recent.add({ kind: "notebook", documentId: input.id, title });
      return document;
    },
    trainingStart: async (request) => (await lab).training.start(await orderOf(request)),
    trainingFind: async (request) => (await lab).training.find(await orderOf(request)),
    lrsearchStart: async (request) => (await lab).lrsearch.start(await orderOf(request)),
    trainingEnqueue: async (request) => {
      const { training } = await lab;
      const { requests, weights } = request;
      // What does not fit is said now, not when its turn comes.
      if (weights !== undefined) {
        await withGivenWeights(weights, async (givenFor) => {
          for (const { spec } of requests) await givenFor(spec);
        });
      }
      return training.enqueue(request);
    },
    sweepsSubmit: async ({ weights, ...request }) => {
      const { sweeps } = await lab;
      // A person's own choice stands before anything is handed to a shell.
      const folder = await askWhere("lab-sweeps", "folder");
      if (folder === null) return null;
      const parent = dirname(folder);
      return weights === undefined
        ? sweeps.submitIn(request, { parent, givenFor: null })
        : withGivenWeights(weights, (givenFor) => sweeps.submitIn(request, { parent, givenFor }));
    },
    sweepsOpen: async () => {
      const [dir] = await askWhich("A sweep's folder", "folder");
      return dir === undefined ? null : (await lab).sweeps.remember(dir);
    },
    learnedSaveWeights: async ({ runId, weights, format }) => {
      const opened = await lab;
      const path = await askWhere(`weights of ${nameOf(opened, [runId])}`, format);
      if (path === null) return { kind: "dismissed" };
      const rows = await opened.learned.saveWeights({ runId, weights }, { format, path });
      return { kind: "saved", path, rows };
    },
    runsExport: async ({ what, runIds, weights }) => {
      const opened = await lab;
      const named = runIds === null ? "all runs" : nameOf(opened, runIds);
      const { title, of, extension } = EXPORTS[what];
      const written = of === null ? title.toLowerCase() : `${of} ${title.toLowerCase()}`;
      const path = await askWhere(`${written} of ${named}`, extension);
      if (path === null) return { kind: "dismissed" };
      const chosen = runIds ?? (await opened.runs.find("", "all"));
      return { kind: "saved", path, rows: await opened.runs.export({ what, runIds: chosen, path, weights }) };
    },
    datasetsExport: async ({ id, format }) => {
      const opened = await lab;
      const path = await askWhere(`rows of ${id}`, format);
      if (path === null) return { kind: "dismissed" };
      return { kind: "saved", path, rows: await opened.datasets.export({ id, path }) };
    },
    runsImport: async () => {
      const paths = await askWhich("Bundles of runs", "bundle");
      const [path] = paths;
      if (path === undefined) return { kind: "dismissed" };
      const { runs } = await lab;
      if (paths.length === 1) {
        const imported = await runs.import(path);
        recent.add({ kind: "runs", path });
        return { kind: "imported", path, failures: [], ...imported };
      }
      const bundles = await runs.importEach(paths);
      bundles.forEach(({ path: bundle, failure }) => {
        if (failure === "") recent.add({ kind: "runs", path: bundle });
      });
      const failures = bundles.flatMap(({ failure }) => (failure === "" ? [] : [failure]));
      return { kind: "imported", path: dirname(path), failures, ...allImported(bundles) };
    },
    datasetsPreview: async (input) => {
      const preview = await (await lab).datasets.preview(input);
      recent.add({ kind: "data", paths: input.paths });
      return preview;
    },
    exchangeExport: async ({ training, what, withData, normalise, softmax }) => {
      const opened = await lab;
      const named = "runId" in training ? nameOf(opened, [training.runId]) : "training";
      const path = await askWhere(named, what === "onnx" ? "onnx" : "folder");
      if (path === null) return { kind: "dismissed" };
      const target = { path, overwrite: what === "onnx" };
      if (what === "pytorch") {
        const rows = await opened.exchange.exportPyTorch(training, target, { withData });
        return { kind: "saved", path, rows };
      }
      await opened.exchange.exportOnnx(training, target, { normalise, softmax });
      return { kind: "saved", path, rows: 1 };
    },
    exchangeImport: async ({ folder, follow }) => {
      const opened = await lab;
      const [path] = await askWhich("Runs of other tools", folder ? "folder" : "runs");
      if (path === undefined) return { kind: "dismissed" };
      return follow
        ? { kind: "followed", ...(await opened.exchange.follow({ path }, { remember: true })) }
        : { kind: "imported", path, ...(await opened.exchange.importRuns({ path })) };
    },
    reportSave: async ({ suggestedName }) => {
      const path = await askWhere(suggestedName, "pdf");
      if (path === null) return { kind: "dismissed" };
      await writeWholeFile(path, await printPage());
      return { kind: "saved", path, rows: 0 };
    },
    documentsImport: async ({ files }) => {
      const { documents } = await lab;
      if (files !== null) return documents.importFiles(files);
      const paths = await askWhich("Notebooks to import", "notebooks");
      return documents.importFiles(
        await Promise.all(
          paths.map(async (path) => ({ name: basename(path), text: await readDocumentText(path) })),
        ),
      );
    },
    lessonsHandOut: async ({ text }) => {
      const { document } = readLabDocument("the notebook", text);
      const path = await askWhere(`${document.header.title} for students`, "lab.ts");
      if (path === null) return { kind: "dismissed" };
      await writeWholeFile(path, writeLabDocument(handedOut(document)));
      return { kind: "saved", path, rows: document.cells.length };
    },
    lessonsGrade: async (input) => {
      const { lessons } = await lab;
      const [folder] = await askWhich("The folder with the files that were handed in", "folder");
      return folder === undefined ? null : lessons.gradeFolder(input, folder);
    },
    lessonsSaveGrades: async ({ title, grades }) => {
      const path = await askWhere(`grades of ${title}`, "csv");
      if (path === null) return { kind: "dismissed" };
      return { kind: "saved", path, rows: await writeGradesCsv(path, grades) };
    },
    documentsExport: async ({ id, text, format, name }) => {
      const opened = await lab;
      const { document } = readLabDocument("the notebook", text);
      const path = await askWhere(name ?? document.header.title, format === "lab" ? "lab.ts" : format);
      if (path === null) return { kind: "dismissed" };
      const { stored } = await opened.session.get({ documentId: id, text });
      // The dialog has asked about the notebook alone.
      const { pythonDir } = opened.exchange;
      const writeHelper =
        format === "py"
          ? await notebookHelper(path, { pythonDir, mayReplace: askReplace })
          : () => Promise.resolve();
      if (writeHelper === null) return { kind: "dismissed" };
      await writeWholeFile(path, await exportedDocument(document, { format, stored, printHtml }));
      await writeHelper();
      return { kind: "saved", path, rows: document.cells.length };
    },
    filesOpen: async () => {
      openedFiles.add(await askWhich("Open", "openable"), "");
    },
    filesRecent: () => recent.entries(),
    filesOpenRecent: ({ id }) => openedFiles.addRecent(id),
    filesClearRecent: () => recent.clear(),
    menuShow: showCommands,
    databaseQuery: async ({ sql }) => querySql((await lab).diagnostics.get().database.path, sql),
    clipboardWrite: async (content) => {
      if (content.kind === "png") requirePng(content.bytes, "The picture was not copied");
      await writeClipboard(content);
    },
    fileSave: ({ suggestedName, content }) =>
      content.kind === "png"
        ? savePng(askWhere, suggestedName, content.bytes)
        : saveCsv(askWhere, suggestedName, content.text),
  } satisfies { readonly [N in IpcCallName]?: IpcHandler<N> };
}

/** A training as the lab takes it: weights that the window was given are read. @throws {DataFormatError} */
async function orderOf({ weights, ...order }: ParsedInput<"trainingStart">): Promise<TrainingOrder> {
  if (weights === undefined) return order;
  const given = await withGivenWeights(weights, (givenFor) => givenFor(order.spec));
  return { ...order, given };
}

/** The name of the only run, or how many there are. */
function nameOf(lab: Lab, runIds: readonly string[]): string {
  const [only, ...more] = runIds;
  return only === undefined || more.length > 0
    ? `${runIds.length} runs`
    : lab.runs.get({ runId: only }).run.name;
}
