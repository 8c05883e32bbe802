import { mkdirSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import type { AppParts } from "../../../scripts/package/app-contents.mjs";
import { projectPaths } from "../../../scripts/setup/project-paths.mjs";

export const FACTS = {
  version: "1.2.3",
  productName: "Backprop Lab",
  description: "",
  epochS: 1_767_312_000,
  date: "2026-01-02",
  maintainer: "",
};

/** A stretch of a program in which @electron/fuses finds eight fuses, all off. */
export const FUSES = Buffer.concat([
  Buffer.from("dL7pKGdnNz796PbbjQWNKmHXBZaB9tsX"),
  Buffer.from([1, 8]),
  Buffer.from("00000000"),
]);

export function writeTree(dir: string, files: Readonly<Record<string, string | Buffer>>): void {
  for (const [name, content] of Object.entries(files)) {
    mkdirSync(dirname(join(dir, name)), { recursive: true });
    writeFileSync(join(dir, name), content, { mode: 0o755 });
  }
}

/** A small app to put into a distribution of Electron. */
export function partsIn(folder: string, electronPath: string): AppParts {
  const stageDir = join(folder, "stage");
  writeTree(stageDir, { "package.json": "{}", "out/main/entry.js": "0;" });
  return {
    projectDir: projectPaths.projectDir,
    stageDir,
    appDir: join(folder, "dist", "app"),
    licences: "licences",
    runtime: {
      electronPath,
      source: "official",
      electronVersion: "45.5.0",
      chromeVersion: "150.0.0.0",
      nodeVersion: "24.1.0",
      napi: 10,
      nativeBinding: null,
      sqliteVersion: "3.54.1",
      validFor: "",
    },
    facts: FACTS,
  };
}
