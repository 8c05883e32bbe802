import { randomBytes } from "node:crypto";
import {
  chmodSync,
  closeSync,
  constants,
  fstatSync,
  fsyncSync,
  linkSync,
  lstatSync,
  openSync,
  readdirSync,
  realpathSync,
  rmSync,
  statSync,
} from "node:fs";
import { open, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { renamePatientlySync } from "./patient-rename.ts";
import { specialKind } from "./special-kind.ts";

export interface ReplaceOptions {
  /** For the app's own data: nobody else may read it. What a person asked for has the permissions of any new file. */
  readonly private?: boolean;
  /** False refuses where a file has come to be meanwhile. */
  readonly overwrite?: boolean;
}

/** Only its owner reads and writes it. */
export const PRIVATE_MODE = 0o600;
/** A name that nobody can guess is made anew, and a link under that name is not followed (where there is such a flag). */
const NEW_FILE = constants.O_CREAT | constants.O_EXCL | constants.O_RDWR | constants.O_NOFOLLOW;
const PART = /^\.(.*)\.(\d+)-[0-9a-f]{16}\.part$/;

/** Is there such a process? */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: it lives, under another user.
    return error instanceof Error && "code" in error && error.code !== "ESRCH";
  }
}

/**
 * Removes what writers that were killed have left in `folder`: parts of `name`, or of every name that `name` accepts.
 * Parts of a process that is alive stay.
 */
export function sweepParts(folder: string, name: (target: string) => boolean): void {
  let entries: string[];
  try {
    entries = readdirSync(folder);
  } catch {
    // No such folder, no parts; one that cannot be read has none of ours.
    return;
  }
  for (const entry of entries) {
    const [, target, pid] = PART.exec(entry) ?? [];
    if (target === undefined || !name(target) || isAlive(Number(pid))) continue;
    rmSync(join(folder, entry), { force: true });
  }
}

let knownUsualMode: number | undefined;

/** The permissions that a new file gets from this process; asked of a file, because to ask the process is a race. */
function usualMode(): number {
  if (knownUsualMode !== undefined) return knownUsualMode;
  const probe = join(tmpdir(), `backprop-lab-${randomBytes(8).toString("hex")}`);
  const file = openSync(probe, NEW_FILE, 0o666);
  try {
    return (knownUsualMode = fstatSync(file).mode & 0o777);
  } finally {
    closeSync(file);
    rmSync(probe, { force: true });
  }
}

/** Unlike a rename, a link fails where the name is taken. */
function moveToFreeName(from: string, to: string): void {
  try {
    linkSync(from, to);
  } catch (error) {
    const code = error instanceof Error && "code" in error ? error.code : "";
    if (code === "EEXIST" || lstatSync(to, { throwIfNoEntry: false }) !== undefined) throw error;
    // A file system without links.
    renamePatientlySync(from, to);
    return;
  }
  rmSync(from);
}

/** A file beside its target that takes the target's place when it is whole. */
class Part {
  readonly target: string;
  readonly path: string;
  readonly #options: ReplaceOptions;
  readonly #earlierMode: number | null;

  constructor(path: string, options: ReplaceOptions) {
    // A link stays a link: what it leads to is replaced.
    this.target = lstatSync(path, { throwIfNoEntry: false })?.isSymbolicLink() ? realpathSync(path) : path;
    const earlier = statSync(this.target, { throwIfNoEntry: false });
    const special = earlier === undefined ? null : specialKind(earlier);
    if (special !== null) {
      throw Object.assign(new Error(`it ${special}`), { code: earlier?.isDirectory() ? "EISDIR" : "EEXIST" });
    }
    this.#options = options;
    this.#earlierMode = earlier === undefined ? null : earlier.mode & 0o777;
    const [folder, name] = [dirname(this.target), basename(this.target)];
    sweepParts(folder, (target) => target === name);
    this.path = join(folder, `.${name}.${process.pid}-${randomBytes(8).toString("hex")}.part`);
  }

  commit(): void {
    const { private: secret = false, overwrite = true } = this.#options;
    if (!secret) chmodSync(this.path, this.#earlierMode ?? usualMode());
    if (overwrite) renamePatientlySync(this.path, this.target);
    else moveToFreeName(this.path, this.target);
  }

  abandon(): void {
    rmSync(this.path, { force: true });
  }
}

/**
 * Lets `fill` write a new file, which takes the place of `path` when all of it is on the disk: a crash or a full disk
 * leaves an earlier file as it was.
 *
 * @throws {Error} What the file system says; nothing half-written is left.
 */
export async function replaceFile(
  path: string,
  fill: (handle: FileHandle, part: string) => Promise<void>,
  options: ReplaceOptions = {},
): Promise<void> {
  const part = new Part(path, options);
  try {
    const handle = await open(part.path, NEW_FILE, PRIVATE_MODE);
    try {
      await fill(handle, part.path);
      await handle.sync();
    } finally {
      await handle.close();
    }
    part.commit();
  } catch (error) {
    part.abandon();
    throw error;
  }
}

/** As `replaceFile`, at once. `fill` writes to the path it is given, where an empty file is. */
export function replaceFileSync(
  path: string,
  fill: (part: string) => void,
  options: ReplaceOptions = {},
): void {
  const part = new Part(path, options);
  try {
    const file = openSync(part.path, NEW_FILE, PRIVATE_MODE);
    try {
      fill(part.path);
      fsyncSync(file);
    } finally {
      closeSync(file);
    }
    part.commit();
  } catch (error) {
    part.abandon();
    throw error;
  }
}
