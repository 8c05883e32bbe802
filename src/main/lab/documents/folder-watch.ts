import { watch, type FSWatcher } from "node:fs";
import { makeFolder } from "../../data/make-folder.ts";

/** A program writes a file in several steps, which come as several events. */
const SETTLED_AFTER_MS = 150;

/** Tells which files of a folder somebody has changed; where the system cannot tell, nothing is told. */
export class FolderWatch {
  readonly #onChange: (file: string) => void;
  readonly #waiting = new Map<string, NodeJS.Timeout>();
  #watcher: FSWatcher | null = null;

  constructor(onChange: (file: string) => void) {
    this.#onChange = onChange;
  }

  /** Watches from here on; the folder is made if there is none. */
  start(folder: string): void {
    if (this.#watcher !== null) return;
    try {
      makeFolder(folder);
      this.#watcher = watch(folder, { persistent: false }, (_event, file) => {
        if (file !== null && !file.startsWith(".")) this.#later(file);
      });
      // The folder was removed, or the system has no more watches: saving looks at the file all the same.
      this.#watcher.on("error", () => {
        this.close();
      });
    } catch {
      this.#watcher = null;
    }
  }

  close(): void {
    this.#watcher?.close();
    this.#watcher = null;
    for (const timer of this.#waiting.values()) clearTimeout(timer);
    this.#waiting.clear();
  }

  #later(file: string): void {
    clearTimeout(this.#waiting.get(file));
    const timer = setTimeout(() => {
      this.#waiting.delete(file);
      this.#onChange(file);
    }, SETTLED_AFTER_MS);
    this.#waiting.set(file, timer);
  }
}
