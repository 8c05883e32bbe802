import fs from "node:fs";
import path from "node:path";

const HEARTBEAT_MS = 2_000;
const POLL_MS = 200;

/**
 * Runs the work while holding a lock file, so that two set-ups at once take turns. The holder's process
 * must be alive and touch the file every two seconds; a lock left by a crash is taken over.
 *
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {{ onWait?: (pid: number) => void, staleAfterMs?: number }} [options]
 *   `staleAfterMs` guards against a process number used again after a restart of the machine.
 * @returns {Promise<T>}
 */
export async function withSetupLock(file, work, { onWait = () => undefined, staleAfterMs = 60_000 } = {}) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  let announced = false;
  for (;;) {
    const holder = acquire(file, staleAfterMs);
    if (holder === undefined) break;
    if (!announced) onWait(holder);
    announced = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS);
  heartbeat.unref();
  const release = () => {
    clearInterval(heartbeat);
    if (readHolder(file) === process.pid) fs.rmSync(file, { force: true });
  };
  process.once("exit", release);
  try {
    return await work();
  } finally {
    process.off("exit", release);
    release();
  }
}

/**
 * @param {string} file
 * @param {number} staleAfterMs
 * @returns {number | undefined} The process to wait for, or undefined when the lock is ours.
 */
function acquire(file, staleAfterMs) {
  try {
    fs.writeFileSync(file, String(process.pid), { flag: "wx" });
    return undefined;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
  }
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  const holder = readHolder(file);
  if (stat === undefined) return acquire(file, staleAfterMs);
  // Between creation and its first write the file is empty; its age decides then.
  const fresh = Date.now() - stat.mtimeMs < staleAfterMs;
  if (fresh && (holder === 0 || isAlive(holder))) return holder;
  discard(file, stat.ino);
  return acquire(file, staleAfterMs);
}

/**
 * Moves a stale lock away before removing it: of two processes that find it stale only one can move it, and
 * the one that moved a newer lock by mistake puts it back.
 *
 * @param {string} file @param {number} inode
 */
function discard(file, inode) {
  const aside = `${file}.stale-${String(process.pid)}`;
  try {
    fs.renameSync(file, aside);
    if (fs.statSync(aside).ino !== inode) putBack(aside, file);
  } catch (error) {
    const { code } = /** @type {NodeJS.ErrnoException} */ (error);
    if (code !== "ENOENT" && code !== "EEXIST") throw error;
  }
  fs.rmSync(aside, { force: true });
}

/** @param {string} aside @param {string} file */
function putBack(aside, file) {
  try {
    fs.linkSync(aside, file);
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code === "EEXIST") throw error;
    // A file system without links (exFAT): a copy that takes the name only if it is free says the same.
    fs.copyFileSync(aside, file, fs.constants.COPYFILE_EXCL);
  }
}

/** @param {string} file */
function touch(file) {
  try {
    const now = new Date();
    fs.utimesSync(file, now, now);
  } catch {
    // The folder was removed under us: the running step will say so in its own words.
  }
}

/** @param {string} file @returns {number} 0 when the file does not say. */
function readHolder(file) {
  try {
    return Number(fs.readFileSync(file, "utf8")) || 0;
  } catch {
    return 0;
  }
}

/** @param {number} pid */
function isAlive(pid) {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // EPERM: alive, and somebody else's.
    return /** @type {NodeJS.ErrnoException} */ (error).code === "EPERM";
  }
}
