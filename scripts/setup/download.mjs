import { createHash } from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import https from "node:https";
import path from "node:path";
import { finished, pipeline } from "node:stream/promises";
import { connectThroughProxy, proxyFor } from "./proxy-tunnel.mjs";

const MAX_REDIRECTS = 5;
const MAX_RESUMES = 8;

/** The host could not be reached or refused before a byte arrived; another source may do better. */
export class DownloadError extends Error {
  /** @override */
  name = "DownloadError";
}

/**
 * @typedef {object} Download
 * @property {string} url
 * @property {string} file Where the verified file ends up.
 * @property {"sha256" | "sha512"} algorithm
 * @property {string} digest Expected hash, in hex or base64.
 * @property {number} [answerTimeoutMs] Longest wait for an answer to begin.
 * @property {number} [stallTimeoutMs] Longest silence in the middle of a transfer.
 * @property {string[] | undefined} [ca] Certificate authorities to trust; by default Node's own.
 * @property {(doneBytes: number, totalBytes: number) => void} [onProgress]
 */

/**
 * Fetches a file into `file.part`, resuming what an earlier attempt left there, and renames it only after
 * its hash has been verified: a file with the final name is always whole.
 *
 * @param {Download} download
 */
export async function downloadVerified(download) {
  const { file, algorithm, digest } = download;
  const part = `${file}.part`;
  fs.mkdirSync(path.dirname(file), { recursive: true });
  if (fs.existsSync(file)) {
    if (await hashMatches(file, algorithm, digest)) return;
    fs.rmSync(file);
  }
  const resumed = sizeOf(part) > 0;
  await fetchPart(download, part);
  if (!(await hashMatches(part, algorithm, digest)) && resumed) {
    // What an earlier attempt left may have been another file: once more from the first byte.
    fs.rmSync(part, { force: true });
    await fetchPart(download, part);
  }
  await acceptVerified({ part, file, algorithm, digest, origin: download.url });
}

/**
 * Gives a finished download its final name if its hash is right, and removes it if not.
 *
 * @param {{ part: string, file: string, algorithm: "sha256" | "sha512", digest: string, origin: string }} candidate
 */
export async function acceptVerified({ part, file, algorithm, digest, origin }) {
  if (!(await hashMatches(part, algorithm, digest))) {
    const size = sizeOf(part);
    fs.rmSync(part, { force: true });
    throw new DownloadError(
      `${origin}: ${algorithm} of the ${String(size)} bytes received is not ${digest}; removed`,
    );
  }
  fs.renameSync(part, file);
}

/**
 * @param {string} file
 * @param {"sha256" | "sha512"} algorithm
 * @param {string} digest Hex or base64.
 */
export async function hashMatches(file, algorithm, digest) {
  const hash = createHash(algorithm);
  await pipeline(fs.createReadStream(file), hash);
  const actual = hash.digest();
  return actual.toString("hex") === digest || actual.toString("base64") === digest;
}

/** @param {Download} download @param {string} part */
async function fetchPart(download, part) {
  for (let attempt = 0; ; attempt++) {
    const before = sizeOf(part);
    try {
      await fetchOnce(download, download.url, part, MAX_REDIRECTS);
      return;
    } catch (error) {
      // A transfer that moved forward is worth resuming; a host that never answered is not.
      if (sizeOf(part) <= before || attempt >= MAX_RESUMES) throw error;
    }
  }
}

/** @param {Download} download @param {string} url @param {string} part @param {number} redirects */
async function fetchOnce(download, url, part, redirects) {
  const { answerTimeoutMs = 10_000, stallTimeoutMs = 30_000, onProgress } = download;
  const start = sizeOf(part);
  const response = await request(url, start, answerTimeoutMs, download.ca);
  const status = response.statusCode ?? 0;
  const location = response.headers.location;
  if (status >= 300 && status < 400 && location !== undefined) {
    response.destroy();
    if (redirects === 0) throw new DownloadError(`${url}: more than ${String(MAX_REDIRECTS)} redirects`);
    return fetchOnce(download, new URL(location, url).href, part, redirects - 1);
  }
  if (status === 416) {
    // Nothing beyond what we have: the hash decides whether that is the whole file.
    response.destroy();
    return;
  }
  if (status !== 200 && status !== 206) {
    response.destroy();
    throw new DownloadError(`${url}: HTTP ${String(status)} ${response.statusMessage ?? ""}`);
  }
  const appending = status === 206 && start > 0;
  const total = Number(response.headers["content-length"] ?? 0) + (appending ? start : 0);
  let done = appending ? start : 0;
  response.setTimeout(stallTimeoutMs, () => {
    response.destroy(
      new DownloadError(`${url}: silent for ${String(stallTimeoutMs)} ms after ${String(done)} bytes`),
    );
  });
  // Written as it comes: what a write stream still holds when the connection breaks would be lost, and with it the
  // place from which to resume.
  const descriptor = fs.openSync(part, appending ? "a" : "w");
  try {
    response.on("data", (chunk) => {
      try {
        fs.writeSync(descriptor, chunk);
      } catch (error) {
        response.destroy(error instanceof Error ? error : new Error(String(error)));
        return;
      }
      done += chunk.length;
      onProgress?.(done, total);
    });
    await finished(response);
  } finally {
    fs.closeSync(descriptor);
  }
  if (total > 0 && done < total)
    throw new DownloadError(`${url}: ended after ${String(done)} of ${String(total)} bytes`);
}

/**
 * @param {string} url
 * @param {number} start First byte wanted.
 * @param {number} answerTimeoutMs
 * @param {string[] | undefined} ca
 * @returns {Promise<http.IncomingMessage>}
 */
async function request(url, start, answerTimeoutMs, ca) {
  const target = new URL(url);
  const abort = AbortSignal.timeout(answerTimeoutMs);
  const proxy = proxyFor(target, process.env);
  try {
    const socket = proxy === undefined ? undefined : await connectThroughProxy(proxy, target, abort);
    const sent = (target.protocol === "https:" ? https : http).get(url, {
      headers: {
        "user-agent": "backprop-lab-setup",
        ...(start > 0 ? { range: `bytes=${String(start)}-` } : {}),
      },
      ...(socket === undefined ? {} : { createConnection: () => socket, agent: false }),
      ...(ca === undefined ? {} : { ca }),
    });
    const giveUp = () => sent.destroy(new Error(`no answer within ${String(answerTimeoutMs)} ms`));
    abort.addEventListener("abort", giveUp);
    const [response] = await once(sent, "response");
    abort.removeEventListener("abort", giveUp);
    return response;
  } catch (error) {
    const through = proxy === undefined ? "" : ` (through the proxy ${proxy.host})`;
    throw new DownloadError(`${url}${through}: ${error instanceof Error ? error.message : String(error)}`, {
      cause: error,
    });
  }
}

/** @param {string} file */
function sizeOf(file) {
  return fs.statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}
