import { spawnSync } from "node:child_process";
import { existsSync, mkdtempSync, readFileSync, readlinkSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { asarHash } from "../../../scripts/package/app-contents.mjs";
import { FILE_TYPES } from "../../../scripts/package/file-types.mjs";
import { readFuses, SHIPPED_FUSES } from "../../../scripts/package/fuses.mjs";
import { infoText, parseInfo } from "../../../scripts/package/info-plist.mjs";
import { macPlace, makeMacApp } from "../../../scripts/package/mac-app.mjs";
import { signingWish, signOptions } from "../../../scripts/package/mac-signing.mjs";
import { readTemplate } from "../../../scripts/package/share-files.mjs";
import { treeFiles } from "../../../scripts/package/tree-files.mjs";
import { projectPaths } from "../../../scripts/setup/project-paths.mjs";
import { FUSES, partsIn, writeTree } from "./fake-electron.ts";

test.each([
  ["Electron.app/Contents/MacOS/Electron", "Lab.app/Contents/MacOS/Lab"],
  [
    "Electron.app/Contents/Frameworks/Electron Helper (GPU).app/Contents/MacOS/Electron Helper (GPU)",
    "Lab.app/Contents/Frameworks/Lab Helper (GPU).app/Contents/MacOS/Lab Helper (GPU)",
  ],
  [
    "Electron.app/Contents/Frameworks/Electron Helper.app/Contents/MacOS/Electron Helper",
    "Lab.app/Contents/Frameworks/Lab Helper.app/Contents/MacOS/Lab Helper",
  ],
  [
    "Electron.app/Contents/Frameworks/Electron Framework.framework/Electron Framework",
    "Lab.app/Contents/Frameworks/Electron Framework.framework/Electron Framework",
  ],
  ["Electron.app/Contents/Resources/en.lproj/locale.pak", "Lab.app/Contents/Resources/en.lproj/locale.pak"],
  ["Electron.app/Contents/Resources/pt_BR.lproj/locale.pak", undefined],
  ["Electron.app/Contents/Resources/default_app.asar", undefined],
  ["LICENSES.chromium.html", undefined],
])("macPlace() of %s", (inside, place) => {
  expect(macPlace(inside, "Lab")).toBe(place);
});

test("the types of files are those of Linux", () => {
  const linux = readTemplate(projectPaths.projectDir, "mime-types.xml");
  expect([...linux.matchAll(/mime-type type="(.+?)"/g)].map(([, mime]) => mime)).toEqual(
    FILE_TYPES.map(({ mime }) => mime),
  );
  expect([...linux.matchAll(/glob pattern="\*\.(.+?)"/g)].map(([, ending]) => ending)).toEqual(
    FILE_TYPES.map(({ ending }) => ending),
  );
});

describe.skipIf(process.platform === "win32")("makeMacApp()", () => {
  const folder = mkdtempSync(join(tmpdir(), "backprop-lab-mac-"));
  const contents = join(folder, "dist", "app", "Backprop Lab.app", "Contents");
  const info = (place: string) => parseInfo(readFileSync(join(contents, place, "Info.plist"), "utf8"));

  beforeAll(async () => {
    const electron = join(folder, "electron");
    const ours = infoText({
      CFBundleExecutable: "Electron",
      LSMinimumSystemVersion: "12.0",
      CFBundleIconFile: "electron.icns",
    });
    writeTree(electron, {
      LICENSE: "Electron's",
      "LICENSES.chromium.html": "Chromium's",
      "Electron.app/Contents/Info.plist": ours,
      "Electron.app/Contents/MacOS/Electron": "program",
      "Electron.app/Contents/Resources/electron.icns": "icon",
      "Electron.app/Contents/Resources/de.lproj/locale.pak": "",
      "Electron.app/Contents/Frameworks/Electron Helper.app/Contents/Info.plist": ours,
      "Electron.app/Contents/Frameworks/Electron Helper.app/Contents/MacOS/Electron Helper": "",
      "Electron.app/Contents/Frameworks/Electron Helper (Renderer).app/Contents/Info.plist": ours,
      "Electron.app/Contents/Frameworks/Electron Framework.framework/Versions/A/Electron Framework": FUSES,
    });
    const framework = join(electron, "Electron.app/Contents/Frameworks/Electron Framework.framework");
    symlinkSync("A", join(framework, "Versions/Current"));
    symlinkSync("Versions/Current/Electron Framework", join(framework, "Electron Framework"));
    await makeMacApp(partsIn(folder, join(electron, "Electron.app/Contents/MacOS/Electron")));
  });
  // Electron, which runs the tests, takes an archive for a folder.
  const noAsar = process.noAsar;
  process.noAsar = true;
  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
    process.noAsar = noAsar;
  });

  test("renames the program and its helpers, keeps a framework's links, and takes its own icon", () => {
    const files = treeFiles(contents);
    expect(files).toEqual(
      expect.arrayContaining([
        "MacOS/Backprop Lab",
        "Frameworks/Backprop Lab Helper.app/Contents/MacOS/Backprop Lab Helper",
        "Frameworks/Backprop Lab Helper (Renderer).app/Contents/Info.plist",
        "Resources/app.asar",
        "Resources/backprop-lab",
        "Resources/backprop-lab.icns",
        "Resources/licences/chromium.html",
        "Resources/lessons/10-autograd.lab.ts",
      ]),
    );
    expect(files.filter((name) => /Electron Helper|electron\.icns|de\.lproj/.test(name))).toEqual([]);
    const framework = join(contents, "Frameworks/Electron Framework.framework");
    expect(readlinkSync(join(framework, "Versions/Current"))).toBe("A");
  });

  test("says in Info.plist what it is, what it opens, and the archive's hash; of Electron's it keeps the rest", () => {
    expect(info(".")).toMatchObject({
      CFBundleName: "Backprop Lab",
      CFBundleExecutable: "Backprop Lab",
      CFBundleIconFile: "backprop-lab.icns",
      CFBundleShortVersionString: "1.2.3",
      LSMinimumSystemVersion: "12.0",
      CFBundleDocumentTypes: [
        { LSItemContentTypes: ["io.github.backprop-lab.bundle"], LSHandlerRank: "Owner" },
        { LSItemContentTypes: ["io.github.backprop-lab.notebook"], LSHandlerRank: "Owner" },
      ],
      UTExportedTypeDeclarations: [
        { UTTypeTagSpecification: { "public.filename-extension": ["backprop.json"] } },
        { UTTypeTagSpecification: { "public.filename-extension": ["lab.ts"] } },
      ],
      ElectronAsarIntegrity: {
        "Resources/app.asar": { algorithm: "SHA256", hash: asarHash(join(contents, "Resources/app.asar")) },
      },
    });
    expect(info("Frameworks/Backprop Lab Helper (Renderer).app/Contents")).toMatchObject({
      CFBundleExecutable: "Backprop Lab Helper (Renderer)",
      CFBundleIdentifier: "io.github.backprop-lab.BackpropLab.helper.Renderer",
    });
  });

  test("sets the fuses in the framework", async () => {
    const wanted = Object.entries(SHIPPED_FUSES).map(([name, on]) => [name, on ? "on" : "off"]);
    expect(await readFuses(join(contents, ".."))).toEqual(Object.fromEntries(wanted));
  });

  test("its command for the terminal finds the program through links, and hands on words with blanks", () => {
    const program = join(contents, "MacOS/Backprop Lab");
    writeTree(join(contents, "MacOS"), { "Backprop Lab": '#!/bin/sh\nprintf "<%s>" "$@"\n' });
    symlinkSync(join(contents, "Resources/backprop-lab"), join(folder, "first"));
    symlinkSync("first", join(folder, "second"));
    expect(existsSync(program)).toBe(true);
    const { stdout } = spawnSync(join(folder, "second"), ["train", "my spec.json"], { encoding: "utf8" });
    expect(stdout).toBe("<train><my spec.json>");
  });
});

describe("signing", () => {
  test("is ad hoc without a certificate, and says so", () => {
    const { identity, notaryProfile, said } = signingWish({});
    expect([identity, notaryProfile]).toEqual(["-", null]);
    expect(said).toMatch(/ad hoc.*BACKPROP_LAB_SIGN_IDENTITY/);
    const options = signOptions("/a/Lab.app", identity, "/e.plist");
    expect(options.identityValidation).toBe(false);
    expect(options.optionsForFile()).toEqual({
      entitlements: "/e.plist",
      hardenedRuntime: false,
      timestamp: "none",
    });
  });

  test("takes the certificate and the notary's profile that the environment names", () => {
    const env = {
      BACKPROP_LAB_SIGN_IDENTITY: "Developer ID Application: Ada",
      BACKPROP_LAB_NOTARY_PROFILE: "ada",
    };
    const { identity, notaryProfile } = signingWish(env);
    expect([identity, notaryProfile]).toEqual(["Developer ID Application: Ada", "ada"]);
    expect(signOptions("/a/Lab.app", identity, "/e.plist").optionsForFile()).toEqual({
      entitlements: "/e.plist",
      hardenedRuntime: true,
    });
    expect(signingWish({ BACKPROP_LAB_SIGN_IDENTITY: "Ada" }).said).toMatch(/not notarised/);
  });

  test("the entitlements allow V8 to compile, and nothing else", () => {
    const text = readFileSync(join(projectPaths.projectDir, "packaging/macos/entitlements.plist"), "utf8");
    expect(parseInfo(text)).toEqual({ "com.apple.security.cs.allow-jit": true });
  });
});
