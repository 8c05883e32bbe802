import { basename, resolve } from "node:path";
import { messageOf } from "../../core/thrown.ts";
import type { IpcEvent } from "../../shared/ipc/ipc-contract.ts";
import { GoneError, openData, openFile, openOwnNotebook, openRuns } from "../lab/open-file.ts";
import type { Lab } from "../lab/lab.ts";
import type { Log } from "../place/log.ts";
import { nameOf, type RecentFile, type RecentFiles } from "./recent-files.ts";

export interface FileOpening {
  readonly lab: Promise<Lab>;
  /** When the window hears what it is told. */
  readonly ready: Promise<unknown>;
  readonly recent: RecentFiles;
  readonly opened: (opened: IpcEvent<"fileOpened">) => void;
  readonly failed: (title: string, message: string) => void;
  readonly log: Log;
}

type Wanted = (opening: FileOpening) => Promise<void>;

/**
 * Files that a person opens with the app: named in the terminal, by double click, in a dialog, once more, or while it
 * runs already. They may come before anything is ready, and are opened one after the other.
 */
export class OpenedFiles {
  #waiting: Wanted[] = [];
  #opening: FileOpening | null = null;
  #last: Promise<void> = Promise.resolve();

  /** @param folder What relative paths are relative to: where the person is. */
  add(paths: readonly string[], folder: string): void {
    for (const path of paths) {
      const whole = resolve(folder, path);
      this.#add((opening) => openPath(whole, opening));
    }
  }

  /** One of the recent files, by its id among them. */
  addRecent(id: string): void {
    this.#add((opening) => openRecent(id, opening));
  }

  /** From now on files are opened; those that came before come first. */
  begin(opening: FileOpening): void {
    this.#opening = opening;
    for (const wanted of this.#waiting.splice(0)) this.#add(wanted);
  }

  #add(wanted: Wanted): void {
    const opening = this.#opening;
    if (opening === null) this.#waiting.push(wanted);
    else this.#last = this.#last.then(() => wanted(opening));
  }
}

function openPath(path: string, opening: FileOpening): Promise<void> {
  return openShown(basename(path), opening, async (lab) => {
    const file = await openFile(lab, path);
    // A notebook is among the recent ones when the window has opened it.
    if (file.kind === "runs") opening.recent.add({ kind: "runs", path });
    else opening.recent.tellSystem(path);
    return file;
  });
}

async function openRecent(id: string, opening: FileOpening): Promise<void> {
  const file = opening.recent.find(id);
  // The list was cleared meanwhile.
  if (file === undefined) return;
  await openShown(nameOf(file), opening, async (lab) => {
    try {
      const opened = await openAgain(lab, file);
      opening.recent.add(file);
      return opened;
    } catch (error) {
      if (!(error instanceof GoneError)) throw error;
      opening.recent.drop(id);
      throw new GoneError(`${error.message} It is no longer among the recent files.`, { cause: error });
    }
  });
}

function openAgain(lab: Lab, file: RecentFile): Promise<IpcEvent<"fileOpened">> {
  if (file.kind === "notebook") return openOwnNotebook(lab, file);
  return file.kind === "runs" ? openRuns(lab, file.path) : openData(lab, file.paths);
}

async function openShown(
  name: string,
  { lab, ready, opened, failed, log }: FileOpening,
  open: (lab: Lab) => Promise<IpcEvent<"fileOpened">>,
): Promise<void> {
  try {
    const [known] = await Promise.all([lab, ready]);
    opened(await open(known));
  } catch (error) {
    log.error(`${name} could not be opened`, error);
    failed(`${name} was not opened`, messageOf(error));
  }
}
