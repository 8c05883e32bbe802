import { createHash } from "node:crypto";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { downloadVerified } from "../../../scripts/setup/download.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

const CONTENT = Buffer.alloc(200_000, "0123456789");
const DIGEST = createHash("sha512").update(CONTENT).digest("base64");

async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const ranges: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    ranges.push(request.headers.range);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", () => resolve()));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const { port } = server.address() as AddressInfo;
  const file = join(temporaryFolder(), "file.bin");
  const url = `http://127.0.0.1:${port}/file.bin`;
  return { ranges, file, download: { url, file, algorithm: "sha512", digest: DIGEST } as const };
}

function sendRange(request: IncomingMessage, response: ServerResponse, content = CONTENT) {
  const start = Number(/bytes=(\d+)-/.exec(request.headers.range ?? "")?.[1] ?? 0);
  response.writeHead(start > 0 ? 206 : 200, { "content-length": content.length - start });
  response.end(content.subarray(start));
}

describe("downloadVerified()", () => {
  it("fetches a file and fetches nothing the next time", async () => {
    const { ranges, file, download } = await serve(sendRange);
    await downloadVerified(download);
    await downloadVerified(download);
    expect(readFileSync(file).equals(CONTENT)).toBe(true);
    expect(ranges).toEqual([undefined]);
  });

  it("resumes what an interrupted attempt left", async () => {
    const { ranges, file, download } = await serve(sendRange);
    writeFileSync(`${file}.part`, CONTENT.subarray(0, 150_000));
    await downloadVerified(download);
    expect(readFileSync(file).equals(CONTENT)).toBe(true);
    expect(ranges).toEqual(["bytes=150000-"]);
  });

  it("starts again when what was left belongs to another file", async () => {
    const { ranges, file, download } = await serve(sendRange);
    writeFileSync(`${file}.part`, Buffer.alloc(1_000, "x"));
    await downloadVerified(download);
    expect(readFileSync(file).equals(CONTENT)).toBe(true);
    expect(ranges).toEqual(["bytes=1000-", undefined]);
  });

  it("starts again when the server does not know ranges", async () => {
    const { file, download } = await serve((_request, response) => response.end(CONTENT));
    writeFileSync(`${file}.part`, CONTENT.subarray(0, 150_000));
    await downloadVerified(download);
    expect(readFileSync(file).equals(CONTENT)).toBe(true);
  });

  it("goes on after a connection that broke half-way", async () => {
    const { ranges, file, download } = await serve((request, response) => {
      if (request.headers.range !== undefined) {
        sendRange(request, response);
        return;
      }
      response.writeHead(200, { "content-length": CONTENT.length });
      response.write(CONTENT.subarray(0, 100_000), () => response.destroy());
    });
    await downloadVerified(download);
    expect(readFileSync(file).equals(CONTENT)).toBe(true);
    expect(ranges).toHaveLength(2);
  });

  it("never gives the final name to a file with the wrong hash", async () => {
    const { file, download } = await serve((request, response) =>
      sendRange(request, response, Buffer.alloc(200_000, "y")),
    );
    await expect(downloadVerified(download)).rejects.toThrow("sha512 of the 200000 bytes received is not");
    expect(existsSync(file)).toBe(false);
    expect(existsSync(`${file}.part`)).toBe(false);
  });

  it("replaces a finished file that was damaged since", async () => {
    const { file, download } = await serve(sendRange);
    writeFileSync(file, "damaged");
    await downloadVerified(download);
    expect(readFileSync(file).equals(CONTENT)).toBe(true);
  });

  it("follows redirects, and names the status of a refusal", async () => {
    const { file, download } = await serve((request, response) => {
      if (request.url === "/file.bin") response.writeHead(302, { location: "/real.bin" }).end();
      else if (request.url === "/real.bin") sendRange(request, response);
      else response.writeHead(404, "Not Found").end();
    });
    await downloadVerified(download);
    expect(readFileSync(file).equals(CONTENT)).toBe(true);
    const missing = { ...download, url: new URL("/none", download.url).href, file: `${file}2` };
    await expect(downloadVerified(missing)).rejects.toThrow("HTTP 404 Not Found");
  });

  it("gives up on a host that does not answer", async () => {
    const { download } = await serve(() => undefined);
    await expect(downloadVerified({ ...download, answerTimeoutMs: 50 })).rejects.toThrow(
      "no answer within 50 ms",
    );
  });
});
