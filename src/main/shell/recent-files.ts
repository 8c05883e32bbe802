import { createHash } from "node:crypto";
import { basename, dirname, sep } from "node:path";
import * as v from "valibot";
import type { RecentEntry } from "../../shared/ipc/window-commands.ts";
import type { Log } from "../place/log.ts";
import { readSettings, writeSettings } from "../place/settings-file.ts";

const MOST_RECENT = 15;
/** Data of more files than this is a folder's, which is one path where it was chosen as such. */
const MOST_PATHS = 20;
const MOST_TITLE = 60;
const MOST_FOLDER = 50;

const recentFileSchema = v.variant("kind", [
  /** Of the library, which has a copy of every notebook that is opened. */
  v.object({ kind: v.literal("notebook"), documentId: v.string(), title: v.string() }),
  v.object({ kind: v.literal("runs"), path: v.string() }),
  v.object({ kind: v.literal("data"), paths: v.pipe(v.array(v.string()), v.minLength(1)) }),
]);
export type RecentFile = v.InferOutput<typeof recentFileSchema>;

const settingsSchema = v.object({ recent: v.array(recentFileSchema) });

interface RecentPlace {
  readonly settingsPath: string;
  /** Folders in it are shown with ~; null where that is not usual. */
  readonly home: string | null;
  /** The system's own list of documents, on a dock or a task bar: of files that a double click opens with the app. */
  readonly system: {
    addRecentDocument(path: string): void;
    clearRecentDocuments(): void;
  };
  readonly log: Log;
}

/**
 * What a person has opened lately, the newest first, kept over a restart. Its files are looked at when one is chosen,
 * never before: they may lie on another machine.
 */
export class RecentFiles {
  readonly #place: RecentPlace;
  readonly #listeners = new Set<() => void>();
  #files: readonly RecentFile[];

  constructor(place: RecentPlace) {
    this.#place = place;
    const kept = readSettings(place.settingsPath, settingsSchema, {
      log: place.log,
      otherwise: "no files are listed as opened lately",
    });
    this.#files = kept?.recent.slice(0, MOST_RECENT) ?? [];
  }

  /** As it is shown. */
  entries(): RecentEntry[] {
    return this.#files.map((file) => ({ id: idOf(file), kind: file.kind, label: this.#labelOf(file) }));
  }

  find(id: string): RecentFile | undefined {
    return this.#files.find((file) => idOf(file) === id);
  }

  /** Puts it first. */
  add(file: RecentFile): void {
    if (file.kind === "data" && file.paths.length > MOST_PATHS) return;
    if (file.kind === "runs") this.tellSystem(file.path);
    const id = idOf(file);
    this.#set([file, ...this.#files.filter((one) => idOf(one) !== id)].slice(0, MOST_RECENT));
  }

  /** A file that was opened by its own path. */
  tellSystem(path: string): void {
    this.#place.system.addRecentDocument(path);
  }

  rename(documentId: string, title: string): void {
    this.#set(
      this.#files.map((file) =>
        file.kind === "notebook" && file.documentId === documentId ? { ...file, title } : file,
      ),
    );
  }

  drop(id: string): void {
    this.#set(this.#files.filter((file) => idOf(file) !== id));
  }

  clear(): void {
    this.#place.system.clearRecentDocuments();
    this.#set([]);
  }

  subscribe(listener: () => void): void {
    this.#listeners.add(listener);
  }

  #set(files: readonly RecentFile[]): void {
    if (JSON.stringify(files) === JSON.stringify(this.#files)) return;
    this.#files = files;
    try {
      writeSettings(this.#place.settingsPath, { recent: files });
    } catch (error) {
      this.#place.log.warn(`what was opened lately is forgotten at the next start: ${String(error)}`);
    }
    for (const listener of this.#listeners) listener();
  }

  #labelOf(file: RecentFile): string {
    const name = nameOf(file);
    if (file.kind !== "notebook") return `${name} (${this.#folderOf(pathsOf(file)[0] ?? "")})`;
    return name.length > MOST_TITLE ? `${name.slice(0, MOST_TITLE - 1)}…` : name;
  }

  #folderOf(path: string): string {
    const { home } = this.#place;
    const whole = dirname(path);
    const inHome = home !== null && (whole === home || whole.startsWith(`${home}${sep}`));
    const folder = inHome ? `~${whole.slice(home.length)}` : whole;
    return folder.length > MOST_FOLDER ? `…${folder.slice(1 - MOST_FOLDER)}` : folder;
  }
}

const pathsOf = (file: Exclude<RecentFile, { kind: "notebook" }>): readonly string[] =>
  file.kind === "runs" ? [file.path] : file.paths;

/** "bundle.json", "train.csv and 2 more", or a notebook's title. */
export function nameOf(file: RecentFile): string {
  if (file.kind === "notebook") return file.title;
  const [first = "", ...more] = pathsOf(file);
  return more.length === 0 ? basename(first) : `${basename(first)} and ${more.length} more`;
}

/** The same for the same file, and says nothing of where it lies. */
function idOf(file: RecentFile): string {
  const named = file.kind === "notebook" ? [file.documentId] : pathsOf(file);
  return createHash("sha256")
    .update(JSON.stringify([file.kind, ...named]))
    .digest("hex")
    .slice(0, 16);
}
