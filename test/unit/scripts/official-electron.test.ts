import { execFile } from "node:child_process";
import { createHash } from "node:crypto";
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { describe, expect, it, onTestFinished } from "vitest";
import { electronBinary } from "../../../scripts/setup/official-electron.mjs";
import { temporaryFolder } from "./temporary-folder.ts";
import { zipArchive } from "./zip-fixture.ts";

const VERSION = "45.9.9";
const NAME = `electron-v${VERSION}-${process.platform}-${process.arch}.zip`;
const ZIP = zipArchive([
  { name: "version", content: VERSION },
  { name: electronBinary().replaceAll("\\", "/"), content: "the runtime ".repeat(5_000), mode: 0o100755 },
]);

/** Asks for an Electron as the set-up does, in a process of its own: its paths hang on where its files lie. */
const SCRIPT = `
import { findElectron } from "./setup/electron-runtime.mjs";
import { installOfficialElectron } from "./setup/official-electron.mjs";
const report = { say: (line) => process.stdout.write(line + "\\n"), progress: () => undefined };
try {
  if (process.argv[2] === "again") console.log(JSON.stringify(await findElectron(report)));
  else await installOfficialElectron(report);
} catch (error) {
  process.stdout.write("FAILED " + error.message + "\\n");
}
`;

/** A project of set-up files alone whose `electron` package carries the checksum of {@link ZIP}. */
function project(): string {
  const folder = temporaryFolder();
  cpSync(resolve("scripts/setup"), join(folder, "scripts", "setup"), { recursive: true });
  writeFileSync(join(folder, "scripts", "fetch.mjs"), SCRIPT);
  const packageDir = join(folder, "node_modules", "electron");
  mkdirSync(packageDir, { recursive: true });
  writeFileSync(join(packageDir, "package.json"), JSON.stringify({ name: "electron", version: VERSION }));
  const digest = createHash("sha256").update(ZIP).digest("hex");
  writeFileSync(join(packageDir, "checksums.json"), JSON.stringify({ [NAME]: digest }));
  return folder;
}

/** A server in the part of the official one. */
async function serve(answer: (request: IncomingMessage, response: ServerResponse) => void) {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.url ?? ""} ${request.headers.range ?? ""}`.trim());
    answer(request, response);
  });
  await new Promise<void>((listening) => server.listen(0, "127.0.0.1", () => listening()));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { asked, mirror: `http://127.0.0.1:${(server.address() as AddressInfo).port}/` };
}

async function fetchInto(folder: string, mirror: string, ...args: string[]): Promise<string> {
  const script = join(folder, "scripts", "fetch.mjs");
  const env = {
    ...process.env,
    ELECTRON_MIRROR: mirror,
    ELECTRON_OVERRIDE_DIST_PATH: "",
    NO_PROXY: "127.0.0.1",
    no_proxy: "127.0.0.1",
  };
  return (await promisify(execFile)(process.execPath, [script, ...args], { env })).stdout;
}

const runtimeIn = (folder: string) => join(folder, ".runtime", `electron-official-${VERSION}`);

describe("the official Electron, from a server that plays its part", () => {
  it("is taken where the sum is right, and found the next time without a question", async () => {
    const { asked, mirror } = await serve((_request, response) => response.end(ZIP));
    const folder = project();
    expect(await fetchInto(folder, mirror)).not.toContain("FAILED");
    const binary = join(runtimeIn(folder), electronBinary());
    expect(readFileSync(binary, "utf8")).toContain("the runtime");
    if (process.platform !== "win32") expect(statSync(binary).mode & 0o111).toBe(0o111);
    expect(asked).toEqual([`/v${VERSION}/${NAME}`]);
    expect(readdirSync(join(folder, ".runtime", "downloads"))).toEqual([]);
    const again = await fetchInto(folder, mirror, "again");
    expect(again).toContain(JSON.stringify({ electronPath: binary, source: "official" }));
    expect(asked).toHaveLength(1);
  });

  it("is refused where the sum is wrong, and nothing of it is left", async () => {
    const changed = Buffer.from(ZIP);
    changed.writeUInt8(changed.readUInt8(60) ^ 1, 60);
    const { mirror } = await serve((_request, response) => response.end(changed));
    const folder = project();
    expect(await fetchInto(folder, mirror)).toMatch(/FAILED .*sha256 of the \d+ bytes received is not/);
    expect(existsSync(runtimeIn(folder))).toBe(false);
    expect(readdirSync(join(folder, ".runtime", "downloads"))).toEqual([]);
  });

  it("that is cut short is gone on with where it ended", async () => {
    const half = ZIP.length >> 1;
    const { asked, mirror } = await serve((request, response) => {
      if (request.headers.range === undefined) {
        response.writeHead(200, { "content-length": ZIP.length });
        response.write(ZIP.subarray(0, half), () => response.destroy());
        return;
      }
      const start = Number(/bytes=(\d+)-/.exec(request.headers.range)?.[1]);
      response.writeHead(206, { "content-length": ZIP.length - start });
      response.end(ZIP.subarray(start));
    });
    const folder = project();
    expect(await fetchInto(folder, mirror)).not.toContain("FAILED");
    expect(existsSync(join(runtimeIn(folder), electronBinary()))).toBe(true);
    expect(asked[1]).toMatch(/ bytes=\d+-$/);
  });

  it("that ends early each time is not taken for whole", async () => {
    const { mirror } = await serve((_request, response) => {
      response.writeHead(200, { "content-length": ZIP.length });
      response.write(ZIP.subarray(0, 100), () => response.destroy());
    });
    const folder = project();
    expect(await fetchInto(folder, mirror)).toContain("FAILED");
    expect(existsSync(runtimeIn(folder))).toBe(false);
  });
});
