import { resolve } from "node:path";
import fc from "fast-check";
import { expect, test } from "vitest";
import { rendererFile } from "../../../../src/main/shell/renderer-file.ts";

const ROOT = resolve("/app/out/renderer");

test("rendererFile() finds the page, its scripts and its fonts", () => {
  expect(rendererFile(ROOT, "app://lab/")).toEqual({
    kind: "file",
    path: resolve(ROOT, "index.html"),
    mimeType: "text/html; charset=utf-8",
  });
  expect(rendererFile(ROOT, "app://lab/assets/index-1a.js?v=2#x")).toMatchObject({
    path: resolve(ROOT, "assets/index-1a.js"),
    mimeType: "text/javascript; charset=utf-8",
  });
  expect(rendererFile(ROOT, "app://lab/assets/KaTeX%20Main.woff2")).toMatchObject({
    path: resolve(ROOT, "assets/KaTeX Main.woff2"),
    mimeType: "font/woff2",
  });
});

const REFUSED = [
  ["app://lab/..%2f..%2fpackage.json", 403],
  ["app://lab/assets/..%2f..%2f..%2fetc/passwd.js", 403],
  ["app://lab/..%5c..%5cpackage.json", 403],
  ["app://lab/C:%5cWindows%5cwin.html", 403],
  ["app://lab/index.html%00.js", 403],
  ["app://lab/%2e%2e%2frenderer-other/a.js", 403],
  ["app://lab/%ff", 400],
  ["app://lab/assets", 404],
  ["app://lab/run.sh", 404],
] as const;

for (const [address, status] of REFUSED) {
  test(`rendererFile() refuses ${address} with ${status}`, () => {
    expect(rendererFile(ROOT, address)).toMatchObject({ kind: "refused", status });
  });
}

test("rendererFile() never leaves its folder", () => {
  const piece = fc.constantFrom(
    "..",
    ".",
    "%2e",
    "%2f",
    "%5c",
    "/",
    "a",
    "%00",
    "index.html",
    ".js",
    "%252e",
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const file = rendererFile(ROOT, `app://lab/${pieces.join("")}`);
      return file.kind === "refused" || file.path.startsWith(`${ROOT}/`) || file.path.startsWith(`${ROOT}\\`);
    }),
  );
});
