import { existsSync, mkdirSync, rmdirSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";
import { compilerComplaints } from "../../../scripts/setup/compiler-complaints.mjs";
import { makeBuildDir, putHeaders } from "../../../scripts/setup/sqlite-build.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

test.each(["with blank", "it's", "a(b)", "größe"])(
  "makeBuildDir() builds elsewhere than in a path like %s",
  (name) => {
    const folder = temporaryFolder();
    const project = join(folder, name);
    const plain = join(folder, "plain");
    mkdirSync(project);
    mkdirSync(plain, { recursive: true });
    const dir = makeBuildDir([project, plain]);
    expect(dirname(dir)).toBe(plain);
    rmdirSync(dir);
  },
);

test("makeBuildDir() stays in a project whose path is plain, and says what to do where no path is", () => {
  const folder = temporaryFolder();
  const dir = makeBuildDir([folder]);
  expect(dirname(dir)).toBe(folder);
  expect(() => makeBuildDir([join(folder, "no such folder"), "/a b"])).toThrow(/Set TMPDIR/);
});

test("compilerComplaints() shows the compiler's own errors with their code, not the build's last lines", () => {
  const output = [
    "  CXX(target) Release/obj.target/better_sqlite3/src/better_sqlite3.o",
    "../src/better_sqlite3.cpp:12:10: fatal error: node_api.h: No such file or directory",
    "   12 | #include <node_api.h>",
    "      |          ^~~~~~~~~~~~",
    "compilation terminated.",
    ...Array.from({ length: 30 }, () => "gyp ERR! System Linux"),
    "gyp ERR! not ok",
  ].join("\n");
  expect(compilerComplaints(output)).toBe(
    "../src/better_sqlite3.cpp:12:10: fatal error: node_api.h: No such file or directory\n   12 | #include <node_api.h>",
  );
  expect(compilerComplaints("all is well")).toBe("");
});

test("putHeaders() makes a folder of headers that a Node without its own builds with", () => {
  const include = join(putHeaders(temporaryFolder()), "include", "node");
  for (const name of ["node_api.h", "js_native_api.h", "common.gypi"]) {
    expect(existsSync(join(include, name))).toBe(true);
  }
});
