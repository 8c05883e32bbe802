import { describe, expect, test } from "vitest";
import { ownArguments, readStart } from "../../../../src/main/place/start-wish.ts";

const known = { commands: ["train", "runs", "help"], isFile: (path: string) => path === "spiral" };
const start = (...args: string[]) => readStart(args, known);

describe("readStart()", () => {
  test("opens the window without arguments, and with switches of Chromium and the window", () => {
    expect(start()).toEqual({ kind: "window", files: [] });
    expect(start("--user-data-dir=/tmp/p", "--remote-debugging-port=9222")).toEqual({
      kind: "window",
      files: [],
    });
  });

  test("takes the first word for a command, with everything after it", () => {
    expect(start("train", "spec.json", "--threads", "2")).toEqual({
      kind: "command",
      args: ["train", "spec.json", "--threads", "2"],
    });
    expect(start("--no-sandbox", "runs")).toEqual({ kind: "command", args: ["runs"] });
    expect(start("train", "--help")).toEqual({ kind: "command", args: ["train", "--help"] });
  });

  test("knows --version and --help", () => {
    expect(start("--version")).toEqual({ kind: "version" });
    expect(start("-V")).toEqual({ kind: "version" });
    expect(start("-h")).toEqual({ kind: "command", args: ["--help"] });
  });

  test("opens files: by path, by address, whatever they are called", () => {
    expect(start("mine.lab.ts", "file:///home/a%20b/x.backprop.json")).toEqual({
      kind: "window",
      files: ["mine.lab.ts", "/home/a b/x.backprop.json"],
    });
    expect(start("spiral")).toEqual({ kind: "window", files: ["spiral"] });
    expect(start("--", "train")).toEqual({ kind: "window", files: ["train"] });
    expect(start("file://%zz")).toEqual({ kind: "window", files: ["file://%zz"] });
  });

  test("a word that is neither goes to the command line, which says what it might have been", () => {
    expect(start("trian", "spec.json")).toEqual({ kind: "command", args: ["trian", "spec.json"] });
  });
});

test("ownArguments() leaves out the program and, in a clone, what is Electron's", () => {
  const argv = ["/x/electron", "--no-sandbox", "-r", "/loader.js", "/proj", "--demo=x", "runs"];
  expect(ownArguments(argv, { packaged: false, appPath: "/proj" })).toEqual(["--demo=x", "runs"]);
  expect(ownArguments(["/x/electron"], { packaged: false, appPath: "/proj" })).toEqual([]);
  expect(ownArguments(["/usr/bin/backprop-lab", "runs"], { packaged: true, appPath: "/a" })).toEqual([
    "runs",
  ]);
});
