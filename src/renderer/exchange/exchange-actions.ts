import { counted } from "../../core/counted.ts";
import type { IpcInput, IpcOutput } from "../../shared/ipc/ipc-contract.ts";
import { MOST_DROPPED_BYTES } from "../../shared/experiments/exchange.ts";
import type { ImportOutcome } from "../../shared/experiments/imported.ts";
import { ask } from "../bridge/lab.ts";
import { formatBytes } from "../format/number.ts";
import { createStore } from "../store/create-store.ts";
import { showFailure, showInfo } from "../store/lab-store.ts";
import { openRun } from "../store/open-run.ts";
import { saving } from "../store/save.ts";

/** Files and folders that are followed while they grow. */
export const followedStore = createStore<IpcOutput<"exchangeFollowed">>([]);

/** Listens for what is followed, from the start on. */
export function connectExchange(): void {
  window.lab.on("followedChanged", (followed) => followedStore.set(followed));
  ask(window.lab.exchangeFollowed()).then(
    (followed) => followedStore.set(followed),
    (error: unknown) => showFailure("What is followed could not be read", error),
  );
}

/** Says what an import did, and shows the only run of it. */
function tellOutcome({ format, added, extended, unchanged, points, notes }: ImportOutcome): void {
  const parts = [
    added.length > 0 ? `${counted(added.length, "run")} added` : "",
    extended.length > 0 ? `${counted(extended.length, "run")} with new numbers` : "",
    unchanged.length > 0 ? `${counted(unchanged.length, "run")} there already` : "",
  ].filter((part) => part !== "");
  const said = notes.slice(0, 3).join(" ");
  const more = notes.length > 3 ? ` ${notes.length - 3} more notes are on the pages of the runs.` : "";
  showInfo(`${format}: ${parts.join(", ")}`, `${counted(points, "new point")}. ${said}${more}`);
  const [only, ...others] = [...added, ...extended];
  if (only !== undefined && others.length === 0) openRun(only);
}

/** Asks for runs of other tools and adds them, or follows them while they grow. */
export async function importOthers({ folder, follow }: IpcInput<"exchangeImport">): Promise<void> {
  try {
    const answer = await ask(window.lab.exchangeImport({ folder, follow }));
    if (answer.kind === "imported") tellOutcome(answer);
    else if (answer.kind === "followed") {
      showInfo(`${answer.source} is followed`, "Its runs are drawn while it grows, also in a comparison.");
    }
  } catch (error) {
    showFailure(follow ? "It is not followed" : "The runs were not imported", error);
  }
}

export async function unfollow(source: string): Promise<void> {
  try {
    await ask(window.lab.exchangeUnfollow({ source }));
  } catch (error) {
    showFailure("It is still followed", error);
  }
}

/** Writes a training where main asks for a place. */
export function exportTraining(input: IpcInput<"exchangeExport">): Promise<void> {
  return saving(
    input.what === "onnx" ? "ONNX model" : "PyTorch folder",
    ask(window.lab.exchangeExport(input)),
  );
}

/** What the Train view does with a network or weights that were dropped; it sets this when it is loaded. */
export interface DropTaker {
  readonly network: (network: Extract<IpcOutput<"exchangeDrop">, { kind: "network" }>, name: string) => void;
  readonly weights: (file: File) => void;
}
export const dropTaker = createStore<DropTaker | null>(null);

/** Takes what is dropped while the Data view is in sight, which sets this: there, files are data and no runs. */
export const dataTaker = createStore<((files: readonly File[]) => void) | null>(null);

interface Dropped {
  readonly path: string;
  readonly file: File;
}

/** Takes what was dropped on the window: runs, a network, weights. */
export async function takeDropped(items: DataTransferItemList): Promise<void> {
  try {
    // Entries are only there while the event is handled: all are asked for before the first is waited for.
    const found = [...items].map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
    const files = (await Promise.all(found.map(filesOf))).flat();
    const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
    if (bytes > MOST_DROPPED_BYTES) {
      throw new RangeError(
        `${formatBytes(bytes)} were dropped, at most ${formatBytes(MOST_DROPPED_BYTES)} are taken so. Use "Import runs of other tools" instead, which reads any size.`,
      );
    }
    const read = await Promise.all(
      files.map(async ({ path, file }) => ({ path, bytes: new Uint8Array(await file.arrayBuffer()) })),
    );
    const answer = await ask(window.lab.exchangeDrop({ files: read }));
    const [first] = files;
    if (answer.kind === "runs") tellOutcome(answer);
    else if (answer.kind === "network") dropTaker.get()?.network(answer, first?.file.name ?? "network.onnx");
    else if (first !== undefined) dropTaker.get()?.weights(first.file);
  } catch (error) {
    showFailure("What was dropped was not taken", error);
  }
}

async function filesOf(entry: FileSystemEntry | File | null): Promise<Dropped[]> {
  if (entry === null) return [];
  if (entry instanceof File) return [{ path: entry.name, file: entry }];
  const path = entry.fullPath.replace(/^\//, "");
  if (entry.isFile) {
    const file = await new Promise<File>((resolve, reject) => {
      (entry as FileSystemFileEntry).file(resolve, reject);
    });
    return [{ path, file }];
  }
  const reader = (entry as FileSystemDirectoryEntry).createReader();
  const inside: FileSystemEntry[] = [];
  for (;;) {
    // A folder is read a hundred entries at a time.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => {
      reader.readEntries(resolve, reject);
    });
    if (some.length === 0) break;
    inside.push(...some);
  }
  return (await Promise.all(inside.map(filesOf))).flat();
}
