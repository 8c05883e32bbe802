import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { expect, test } from "vitest";
import { readLaunchOptions } from "../../../../src/main/place/launch-options.ts";

test("readLaunchOptions() without switches opens the window as usual", () => {
  expect(readLaunchOptions(["electron", "."], {}, { packagedIn: null })).toEqual({
    demoDir: null,
    reportUsable: false,
    userDataDir: null,
    nativeBinding: null,
    runtimeSource: "unknown",
    saveDir: null,
    openFile: null,
    pageDir: null,
  });
});

test("readLaunchOptions() reads switches and environment, paths made absolute", () => {
  const options = readLaunchOptions(
    ["electron", ".", "--demo=out dir", "--report-usable", "--user-data-dir=/profiles/a=b"],
    {
      BACKPROP_LAB_NATIVE_BINDING: "/cache/sqlite.node",
      BACKPROP_LAB_RUNTIME_SOURCE: "official",
      BACKPROP_LAB_SAVE_DIR: "/saved",
      BACKPROP_LAB_OPEN_FILE: "/bundle.json",
      BACKPROP_LAB_PAGE_DIR: "/page",
    },
    { packagedIn: null },
  );
  expect(options).toEqual({
    demoDir: resolve("out dir"),
    reportUsable: true,
    userDataDir: resolve("/profiles/a=b"),
    nativeBinding: resolve("/cache/sqlite.node"),
    runtimeSource: "official",
    saveDir: resolve("/saved"),
    openFile: resolve("/bundle.json"),
    pageDir: resolve("/page"),
  });
});

test("readLaunchOptions() ignores the tests' folders in a packaged app", () => {
  const env = { BACKPROP_LAB_SAVE_DIR: "/saved", BACKPROP_LAB_PAGE_DIR: "/page" };
  expect(readLaunchOptions([], env, { packagedIn: "/usr/lib/backprop-lab/resources" })).toMatchObject({
    saveDir: null,
    pageDir: null,
  });
});

test("readLaunchOptions() takes an empty value as none", () => {
  const options = readLaunchOptions(["--demo="], { BACKPROP_LAB_NATIVE_BINDING: "" }, { packagedIn: null });
  expect(options.demoDir).toBeNull();
  expect(options.nativeBinding).toBeNull();
});

test("readLaunchOptions() in a packaged app loads no library that the environment names", () => {
  const env = { BACKPROP_LAB_NATIVE_BINDING: "/tmp/evil.node", BACKPROP_LAB_RUNTIME_SOURCE: "official" };
  expect(readLaunchOptions([], env, { packagedIn: "/nowhere" })).toMatchObject({
    nativeBinding: null,
    runtimeSource: "packaged",
  });
});

test("readLaunchOptions() in a packaged app takes the addon that the package brings for an older runtime", () => {
  const resources = mkdtempSync(join(tmpdir(), "packaged-"));
  try {
    const addon = join(resources, "better_sqlite3.node");
    writeFileSync(addon, "");
    expect(readLaunchOptions([], {}, { packagedIn: resources }).nativeBinding).toBe(addon);
  } finally {
    rmSync(resources, { recursive: true });
  }
});
