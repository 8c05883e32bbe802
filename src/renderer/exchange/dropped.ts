import { useEffect } from "react";
import { MOST_DROPPED_BYTES } from "../../shared/experiments/exchange.ts";
import type { IpcOutput } from "../../shared/ipc/ipc-contract.ts";
import { showView, type ViewId } from "../app/views.ts";
import { ask } from "../bridge/lab.ts";
import { formatBytes } from "../../shared/format/number.ts";
import { tellImported } from "../runs/run-actions.ts";
import { createStore, useStore } from "../store/create-store.ts";
import { showFailure } from "../store/lab-store.ts";
import { tellOutcome } from "./exchange-actions.ts";
import { kindOfDrop } from "./kind-of-drop.ts";

/** What was dropped, on its way to the view that takes it. */
type DropOffer =
  | {
      readonly kind: "network";
      readonly network: Extract<IpcOutput<"exchangeDrop">, { kind: "network" }>;
      readonly name: string;
    }
  | { readonly kind: "weights" | "data" | "notebooks"; readonly files: readonly File[] };

const offers = createStore<DropOffer | null>(null);

function offer(view: ViewId, offered: DropOffer): void {
  offers.set(offered);
  showView(view);
}

/** Takes what is dropped for a view, once, as soon as that view is in sight. */
export function useDropOffer<K extends DropOffer["kind"]>(
  kind: K,
  take: (offered: Extract<DropOffer, { readonly kind: K }>) => void,
): void {
  const offered = useStore(offers);
  useEffect(() => {
    if (offered?.kind !== kind) return;
    offers.set(null);
    take(offered as Extract<DropOffer, { readonly kind: K }>);
  }, [offered, kind, take]);
}

/** Whether the Data view is in sight: there, what could be runs as well is data. */
export const dataInSight = createStore(false);

interface Dropped {
  readonly path: string;
  readonly file: File;
}

/** Takes what was dropped on the window, whatever view is in sight: what it is decides where it goes. */
export async function takeDropped({ items, files: whole }: DataTransfer): Promise<void> {
  try {
    // Entries and files are only there while the event is handled: all are asked for before the first is waited for.
    const roots = [...whole];
    const found = [...items].map((item) => item.webkitGetAsEntry() ?? item.getAsFile());
    const files = (await Promise.all(found.map(filesOf))).flat();
    const [first] = files;
    if (first === undefined) throw new RangeError("there is no file in it");
    const kind = kindOfDrop(
      files.map(({ path }) => path),
      dataInSight.get(),
    );
    if (kind === "data") offer("data", { kind, files: roots });
    else if (kind === "notebooks") offer("notebook", { kind, files: files.map(({ file }) => file) });
    else await takeUnknown(files, first, roots);
  } catch (error) {
    showFailure("What was dropped was not taken", error);
  }
}

/** Lets main read what names alone do not tell. */
async function takeUnknown(files: readonly Dropped[], first: Dropped, roots: readonly File[]): Promise<void> {
  const answer = await ask(window.lab.exchangeDrop({ files: await readAll(files) }));
  if (answer.kind === "runs") tellOutcome(answer);
  else if (answer.kind === "bundle") tellImported({ ...answer, path: first.path });
  else if (answer.kind === "network")
    offer("train", { kind: "network", network: answer, name: first.file.name });
  else if (answer.kind === "weights")
    offer("train", { kind: "weights", files: files.map(({ file }) => file) });
  else offer("data", { kind: "data", files: roots });
}

/** @throws {RangeError} If it is more than a call carries. */
async function readAll(files: readonly Dropped[]): Promise<{ path: string; bytes: Uint8Array }[]> {
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  if (bytes > MOST_DROPPED_BYTES) {
    throw new RangeError(
      `${formatBytes(bytes)} were dropped, at most ${formatBytes(MOST_DROPPED_BYTES)} are taken so. Use the import in Runs, or in Data, instead, which reads any size.`,
    );
  }
  return Promise.all(
    files.map(async ({ path, file }) => ({ path, bytes: new Uint8Array(await file.arrayBuffer()) })),
  );
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
