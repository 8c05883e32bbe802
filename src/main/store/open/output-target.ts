import { randomBytes } from "node:crypto";
import {
  accessSync,
  closeSync,
  constants,
  lstatSync,
  openSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
  type Stats,
} from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import { StoreError } from "../../../core/errors.ts";
import { PRIVATE_MODE } from "../../data/replace-file.ts";
import { specialKind } from "../../data/special-kind.ts";
import { COMPANIONS } from "./own-file.ts";
import { storeFailure } from "../store-failure.ts";

export interface TargetRules {
  /** The open database: neither it nor what lies beside it for it is ever written to. Null where none is open. */
  readonly database: string | null;
  /** A file that is there may be replaced. */
  readonly overwrite: boolean;
}

/** A file that is replaced whole, or something that takes bytes: a pipe, a terminal, /dev/null. */
export type TargetKind = "file" | "stream";

/** Streams of this process go by these names, whatever they lead to: a file there must not be replaced. */
const STREAM_NAME = /^\/dev\/|^\/proc\/[^/]+\/fd\//;
const BESIDE = new RegExp(`^(|${COMPANIONS.join("|")}|(\\.backprop-lab)?\\.lock|\\.backup.*|\\.bad-.*)$`);

const sameFile = (a: Stats, b: Stats): boolean => a.dev === b.dev && a.ino === b.ino;

/** Is it the database or one of its neighbours: by name where it is not there yet, else also through any link? */
function isOfDatabase(path: string, database: string): boolean {
  const folder = dirname(realpathOf(database));
  const name = basename(realpathOf(database));
  const belongs = (file: string): boolean => file.startsWith(name) && BESIDE.test(file.slice(name.length));
  const real = realpathOf(path);
  if (dirname(real) === folder && belongs(basename(real))) return true;
  const target = statSync(path, { throwIfNoEntry: false });
  if (target === undefined) return false;
  return namesIn(folder)
    .filter(belongs)
    .some((file) => {
      const stats = statSync(join(folder, file), { throwIfNoEntry: false });
      return stats !== undefined && sameFile(stats, target);
    });
}

function namesIn(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch {
    return [];
  }
}

/** With the folder's links followed also where the file itself is not there yet. */
function realpathOf(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    try {
      return join(realpathSync(dirname(resolve(path))), basename(path));
    } catch {
      return resolve(path);
    }
  }
}

/** Makes a file there and removes it again. @throws {Error} What the file system says. */
function tryFolder(folder: string): void {
  const probe = join(folder, `.${process.pid}-${randomBytes(8).toString("hex")}.probe`);
  closeSync(openSync(probe, "wx", PRIVATE_MODE));
  rmSync(probe, { force: true });
}

/**
 * Finds out whether something can be written to `path`, before the work whose result it is to hold.
 *
 * @throws {StoreError} If it belongs to the database, is there and may not be replaced, or cannot be written.
 */
export function requireTarget(path: string, { database, overwrite }: TargetRules): TargetKind {
  const refuse = (why: string): never => {
    throw new StoreError(`Nothing can be written to ${path}: ${why}.`);
  };
  if (database !== null && isOfDatabase(path, database)) {
    refuse("it belongs to the database itself. Choose another file name");
  }
  try {
    const link = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() === true;
    const stats = statSync(path, { throwIfNoEntry: false });
    if (stats === undefined) {
      if (link) refuse("it is a link that leads to no file. Choose another file name");
      tryFolder(dirname(path));
      return "file";
    }
    if (stats.isFIFO() || stats.isCharacterDevice() || STREAM_NAME.test(path)) {
      accessSync(path, constants.W_OK);
      return "stream";
    }
    const special = specialKind(stats);
    if (special !== null) refuse(`it ${special}. Choose a file`);
    if (!overwrite)
      refuse("a file of that name is there already. Choose another name, or say --force to replace it");
    accessSync(path, constants.W_OK);
    tryFolder(dirname(realpathSync(path)));
    return "file";
  } catch (error) {
    throw storeFailure("write", path, error);
  }
}
