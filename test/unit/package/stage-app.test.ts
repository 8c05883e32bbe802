import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { stageApp } from "../../../scripts/package/stage-app.mjs";

let folder = "";
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "stage-"));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const FILES = [
  "out/main/entry.js",
  "out/main/entry.js.map",
  "out/main/bench.js",
  "out/packages/page-index.json",
  "out/renderer/assets/KaTeX_Main-Bold.woff",
  "out/renderer/assets/KaTeX_Main-Bold.woff2",
  "node_modules/better-sqlite3/package.json",
  "node_modules/better-sqlite3/LICENSE",
  "node_modules/better-sqlite3/lib/index.js",
  "node_modules/better-sqlite3/src/addon.cpp",
  "node_modules/better-sqlite3/deps/copy.js",
  "node_modules/better-sqlite3/prebuilds/linux-x64.node",
  "node_modules/better-sqlite3/prebuilds/win32-x64.node",
  "node_modules/piscina/test/all.test.js",
  "node_modules/piscina/dist/main.js",
  "node_modules/piscina/dist/main.d.ts",
  "node_modules/piscina/node_modules/inner/index.js",
  "node_modules/piscina/README.md",
];

function staged(ownAddon: boolean): string[] {
  const projectDir = join(folder, "project");
  for (const file of FILES) {
    mkdirSync(dirname(join(projectDir, file)), { recursive: true });
    writeFileSync(join(projectDir, file), "");
  }
  const manifest = {
    name: "x",
    productName: "X",
    version: "1.2.3",
    type: "module",
    main: "out/main/entry.js",
    scripts: {},
  };
  writeFileSync(join(projectDir, "package.json"), JSON.stringify(manifest));
  const stageDir = join(folder, "stage");
  const loaded = ["node_modules/better-sqlite3", "node_modules/piscina"];
  stageApp({ projectDir, stageDir, loaded, platform: "linux", arch: "x64", ownAddon });
  expect(JSON.parse(readFileSync(join(stageDir, "package.json"), "utf8"))).toEqual({
    name: "x",
    productName: "X",
    version: "1.2.3",
    type: "module",
    main: "out/main/entry.js",
    desktopName: "backprop-lab.desktop",
  });
  return readdirSync(stageDir, { recursive: true, encoding: "utf8" })
    .filter((name) => statSync(join(stageDir, name)).isFile())
    .sort();
}

test("stageApp() takes what runs and its licences: no maps, tests, types, sources, other machines' addons", () => {
  expect(staged(false)).toEqual([
    "node_modules/better-sqlite3/LICENSE",
    "node_modules/better-sqlite3/lib/index.js",
    "node_modules/better-sqlite3/package.json",
    "node_modules/better-sqlite3/prebuilds/linux-x64.node",
    "node_modules/piscina/dist/main.js",
    "out/main/entry.js",
    "out/renderer/assets/KaTeX_Main-Bold.woff2",
    "package.json",
  ]);
});

test("stageApp() leaves out better-sqlite3's addon where one was built for the runtime", () => {
  expect(staged(true).filter((name) => name.endsWith(".node"))).toEqual([]);
});
