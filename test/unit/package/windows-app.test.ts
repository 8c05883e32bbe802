import { readFileSync } from "node:fs";
import { join } from "node:path";
import { NtExecutable, NtExecutableResource, Resource } from "resedit";
import { PNG } from "pngjs";
import { afterAll, expect, test } from "vitest";
import { asarHash } from "../../../scripts/package/app-contents.mjs";
import { artifactNames } from "../../../scripts/package/artifact-names.mjs";
import { readFuses, SHIPPED_FUSES } from "../../../scripts/package/fuses.mjs";
import { ICO_SIZES, icoFile } from "../../../scripts/package/icon-containers.mjs";
import { treeFiles } from "../../../scripts/package/tree-files.mjs";
import { makeWindowsApp } from "../../../scripts/package/windows-app.mjs";
import { brandedProgram, windowsVersion } from "../../../scripts/package/windows-program.mjs";
import { temporaryFolder } from "../scripts/temporary-folder.ts";
import { FACTS, FUSES, partsIn, writeTree } from "./fake-electron.ts";

// Electron, which runs the tests, takes an archive for a folder.
const noAsar = process.noAsar;
process.noAsar = true;
afterAll(() => (process.noAsar = noAsar));

/** A program of Windows that does nothing, with fuses behind its end. */
function emptyProgram(): Buffer {
  const executable = NtExecutable.createEmpty(false, false);
  executable.setExtraData(FUSES);
  return Buffer.from(executable.generate());
}

const resourcesOf = (program: Uint8Array) => NtExecutableResource.from(NtExecutable.from(program)).entries;

test("brandedProgram() gives a program the app's icon, names, version and the archive's hash", () => {
  const picture = new PNG({ width: 512, height: 512 });
  const ico = icoFile(picture);
  const entries = resourcesOf(
    brandedProgram(emptyProgram(), { facts: FACTS, ico, asarHash: "abc", fileName: "Backprop Lab.exe" }),
  );
  expect(Resource.IconGroupEntry.fromEntries(entries)[0]?.icons.length).toBe(ICO_SIZES.length);
  const info = Resource.VersionInfo.fromEntries(entries)[0];
  expect(info.getStringValues({ lang: 1033, codepage: 1200 })).toMatchObject({
    ProductName: "Backprop Lab",
    OriginalFilename: "Backprop Lab.exe",
    FileVersion: "1.2.3",
  });
  expect(info.fixedInfo.fileVersionMS).toBe(0x0001_0002);
  const integrity = entries.find(({ type }) => type === "INTEGRITY");
  expect(JSON.parse(Buffer.from(integrity?.bin ?? new ArrayBuffer(0)).toString())).toEqual([
    { file: String.raw`resources\app.asar`, alg: "SHA256", value: "abc" },
  ]);
  expect(integrity?.id).toBe("ELECTRONASAR");
});

test("windowsVersion() has four numbers", () => {
  expect(windowsVersion("1.2.3-beta.4")).toEqual([1, 2, 3, 0]);
});

test("makeWindowsApp() makes the folder: the program with fuses set, a command for the terminal, one language", async () => {
  const folder = temporaryFolder();
  writeTree(join(folder, "electron"), {
    "electron.exe": emptyProgram(),
    LICENSE: "Electron's",
    "LICENSES.chromium.html": "Chromium's",
    "ffmpeg.dll": "",
    "locales/en-US.pak": "",
    "locales/de.pak": "",
    "resources/default_app.asar": "",
  });
  const parts = partsIn(folder, join(folder, "electron", "electron.exe"));
  await makeWindowsApp(parts);
  const files = treeFiles(parts.appDir);
  expect(files).toEqual(
    expect.arrayContaining([
      "Backprop Lab.exe",
      "backprop-lab.cmd",
      "ffmpeg.dll",
      "locales/en-US.pak",
      "resources/app.asar",
      "resources/licences/electron.txt",
    ]),
  );
  expect(files.filter((name) => /electron\.exe|de\.pak|default_app/.test(name))).toEqual([]);
  const program = join(parts.appDir, "Backprop Lab.exe");
  const wanted = Object.entries(SHIPPED_FUSES).map(([name, on]) => [name, on ? "on" : "off"]);
  expect(await readFuses(program)).toEqual(Object.fromEntries(wanted));
  const integrity = resourcesOf(readFileSync(program)).find(({ type }) => type === "INTEGRITY");
  expect(Buffer.from(integrity?.bin ?? new ArrayBuffer(0)).toString()).toContain(
    asarHash(join(parts.appDir, "resources", "app.asar")),
  );
  // cmd.exe takes lines by CRLF; labels and blocks go wrong without.
  const command = readFileSync(join(parts.appDir, "backprop-lab.cmd"), "utf8");
  expect(command.replaceAll("\r\n", "")).not.toContain("\n");
  expect(command).toMatch(/start "" \/b \/wait "%~dp0Backprop Lab\.exe" %\*/);
});

test.each([
  ["linux", "x64", { deb: "backprop-lab_1.2.3_amd64.deb", tar: "backprop-lab-1.2.3-linux-x64.tar.xz" }],
  ["darwin", "arm64", { zip: "backprop-lab-1.2.3-darwin-arm64.zip" }],
  [
    "win32",
    "x64",
    { zip: "backprop-lab-1.2.3-win32-x64.zip", sbom: "backprop-lab-1.2.3-win32-x64.cdx.json" },
  ],
])("artifactNames() of %s %s", (platform, arch, names) => {
  expect(artifactNames({ version: "1.2.3", platform, arch })).toMatchObject(names);
});
