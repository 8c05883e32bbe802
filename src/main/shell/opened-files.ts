import { statSync } from "node:fs";
import { basename, resolve } from "node:path";
import type { IpcEvent } from "../../shared/ipc/ipc-contract.ts";
import { openFile } from "../lab/open-file.ts";
import type { Lab } from "../lab/lab.ts";
import type { Log } from "../place/log.ts";

export interface FileOpening {
  readonly lab: Promise<Lab>;
  /** When the window hears what it is told. */
  readonly ready: Promise<unknown>;
  readonly opened: (opened: IpcEvent<"fileOpened">) => void;
  readonly failed: (title: string, message: string) => void;
  readonly log: Log;
}

/**
 * Files that a person opens with the app: named in the terminal, by double click, or while it runs already. They may
 * come before anything is ready, and are opened one after the other.
 */
export class OpenedFiles {
  #waiting: string[] = [];
  #open: ((path: string) => Promise<void>) | null = null;
  #last: Promise<void> = Promise.resolve();

  /** @param folder What relative paths are relative to: where the person is. */
  add(paths: readonly string[], folder: string): void {
    const files = paths.map((path) => resolve(folder, path));
    if (this.#open === null) this.#waiting.push(...files);
    else for (const file of files) this.#enqueue(this.#open, file);
  }

  /** From now on files are opened; those that came before come first. */
  begin(opening: FileOpening): void {
    const open = (path: string) => openShown(path, opening);
    this.#open = open;
    for (const file of this.#waiting.splice(0)) this.#enqueue(open, file);
  }

  #enqueue(open: (path: string) => Promise<void>, file: string): void {
    this.#last = this.#last.then(() => open(file));
  }
}

async function openShown(path: string, { lab, ready, opened, failed, log }: FileOpening): Promise<void> {
  try {
    const [known] = await Promise.all([lab, ready]);
    if (statSync(path, { throwIfNoEntry: false }) === undefined) throw new Error(`There is no file ${path}.`);
    opened(await openFile(known, path));
  } catch (error) {
    log.error(`${path} could not be opened`, error);
    failed(`${basename(path)} was not opened`, error instanceof Error ? error.message : String(error));
  }
}
