import fs from "node:fs";
import os from "node:os";
import path from "node:path";

const HEARTBEAT_MS = 2_000;
const POLL_MS = 200;

/** @typedef {{ host: string, pid: number, at: string }} Holder `at`: since when, ISO 8601 UTC. */

/**
 * Runs the work while holding a lock file, so that two set-ups at once take turns, on several machines of one folder
 * too. The holder touches the file every two seconds, and its process must be alive where that can be seen, which is on
 * its own machine; a lock left by a crash is taken over.
 *
 * @template T
 * @param {string} file
 * @param {() => Promise<T>} work
 * @param {{ onWait?: (holder: Holder) => void, staleAfterMs?: number, host?: string }} [options]
 *   `staleAfterMs` is how long an untouched lock stands: of another machine, and of this one in case its process number
 *   was given away again after a restart.
 * @returns {Promise<T>}
 */
export async function withSetupLock(
  file,
  work,
  { onWait = () => undefined, staleAfterMs = 60_000, host = os.hostname() } = {},
) {
  fs.mkdirSync(path.dirname(file), { recursive: true });
  const watch = { mtimeMs: NaN, sinceMs: 0 };
  let announced = false;
  for (;;) {
    const holder = acquire(file, { staleAfterMs, host, watch });
    if (holder === undefined) break;
    if (!announced) onWait(holder);
    announced = true;
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
  const heartbeat = setInterval(() => touch(file), HEARTBEAT_MS);
  heartbeat.unref();
  const release = () => {
    clearInterval(heartbeat);
    const holder = readHolder(file, host);
    if (holder.pid === process.pid && holder.host === host) fs.rmSync(file, { force: true });
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
 * @param {{ staleAfterMs: number, host: string, watch: { mtimeMs: number, sinceMs: number } }} options
 *   `watch`: the last touch of the lock that was seen, and when it was first seen by this machine's clock.
 * @returns {Holder | undefined} Whom to wait for, or undefined when the lock is ours.
 */
function acquire(file, options) {
  const { staleAfterMs, host, watch } = options;
  try {
    const own = { host, pid: process.pid, at: new Date().toISOString() };
    fs.writeFileSync(file, JSON.stringify(own), { flag: "wx" });
    return undefined;
  } catch (error) {
    if (/** @type {NodeJS.ErrnoException} */ (error).code !== "EEXIST") throw error;
  }
  const stat = fs.statSync(file, { throwIfNoEntry: false });
  const holder = readHolder(file, host);
  if (stat === undefined) return acquire(file, options);
  if (watch.mtimeMs !== stat.mtimeMs)
    Object.assign(watch, { mtimeMs: stat.mtimeMs, sinceMs: performance.now() });
  // Clocks of two machines may differ by anything: whether the other one still touches the file is seen by waiting.
  const fresh =
    holder.host === host
      ? Date.now() - stat.mtimeMs < staleAfterMs
      : performance.now() - watch.sinceMs < staleAfterMs;
  // Between creation and its first write the file is empty; its age decides then.
  if (fresh && (holder.host !== host || holder.pid === 0 || isAlive(holder.pid))) return holder;
  discard(file, stat.ino);
  return acquire(file, options);
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

/**
 * @param {string} file
 * @param {string} host This machine, which earlier versions did not say.
 * @returns {Holder} With the number 0 when the file does not say.
 */
function readHolder(file, host) {
  try {
    const said = JSON.parse(fs.readFileSync(file, "utf8"));
    if (typeof said === "number") return { host, pid: said, at: "" };
    return { host: String(said.host), pid: Number(said.pid) || 0, at: String(said.at) };
  } catch {
    return { host, pid: 0, at: "" };
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
