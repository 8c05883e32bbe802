import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { messageOf } from "../../../../src/core/thrown.ts";
import { toWireError } from "../../../../src/shared/ipc/wire-error.ts";
import { inFileWords } from "../../../../src/shared/ipc/file-words.ts";

const saidOf = (path: string): string => {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    return `${path} cannot be read: ${messageOf(error)}`;
  }
};

test("what the file system refuses is said in words, with the file and what to do", () => {
  const folder = mkdtempSync(join(tmpdir(), "backprop-lab-words-"));
  try {
    const missing = join(folder, "missing.json");
    expect(inFileWords(saidOf(missing))).toBe(
      `${missing} cannot be read: there is no file or folder ${missing}: check the name`,
    );
    expect(toWireError(new Error(saidOf(missing))).message).toBe(inFileWords(saidOf(missing)));
    expect(inFileWords(`EXDEV: cross-device link not permitted, rename '${missing}' -> 'b'`)).toMatch(
      /^EXDEV/,
    );
    expect(inFileWords(`EPERM: operation not permitted, rename '${missing}' -> 'b'`)).toBe(
      `you may not read or write ${missing}: change its permissions, or name another`,
    );
    expect(inFileWords(saidOf(folder))).toBe(`${folder} cannot be read: it is a folder: name a file`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("other words stay as they are", () => {
  expect(inFileWords("spec.json: seed: ENOENT is no number")).toBe("spec.json: seed: ENOENT is no number");
});
