import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readRuntimeRecord, writeRuntimeRecord } from "../../../scripts/setup/runtime-record.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

type RuntimeRecord = Parameters<typeof writeRuntimeRecord>[0];

const recordIn = (projectDir: string): RuntimeRecord => ({
  electronPath: join(projectDir, ".runtime", "electron", "electron"),
  source: "official",
  electronVersion: "45.4.1",
  chromeVersion: "148.0.0.0",
  nodeVersion: "24.0.0",
  napi: 10,
  nativeBinding: join(projectDir, ".runtime", "sqlite.node"),
  sqliteVersion: "3.54.1",
  validFor: "{}",
});

function projectFolder(): string {
  const projectDir = join(temporaryFolder(), "a project (with blanks)");
  mkdirSync(join(projectDir, ".runtime"), { recursive: true });
  return projectDir;
}

describe("readRuntimeRecord()", () => {
  it("finds its own runtime in a project that was copied or moved", () => {
    const projectDir = projectFolder();
    writeRuntimeRecord(recordIn(projectDir), projectDir);
    const copy = join(temporaryFolder(), "copy");
    cpSync(projectDir, copy, { recursive: true });
    expect(readRuntimeRecord(copy)).toEqual(recordIn(copy));
    expect(readRuntimeRecord(projectDir)).toEqual(recordIn(projectDir));
    expect(readFileSync(join(copy, ".runtime", "runtime.json"), "utf8")).not.toContain(projectDir);
  });

  it("refuses a record that names another folder's runtime", () => {
    const projectDir = projectFolder();
    const old = JSON.stringify(recordIn("/elsewhere/backprop-lab"));
    writeFileSync(join(projectDir, ".runtime", "runtime.json"), old);
    expect(readRuntimeRecord(projectDir)).toBeUndefined();
  });

  it("keeps an Electron outside the project that its user named", () => {
    const projectDir = projectFolder();
    const named: RuntimeRecord = {
      ...recordIn(projectDir),
      source: "installed",
      electronPath: "/opt/electron/electron",
      nativeBinding: null,
    };
    writeRuntimeRecord(named, projectDir);
    expect(readRuntimeRecord(projectDir)).toEqual(named);
  });
});
