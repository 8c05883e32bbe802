import { expect, test } from "vitest";
import { StoreError } from "../../../../src/core/errors.ts";
import { isDamage, namingFullDisk, storeFailure } from "../../../../src/main/store/store-failure.ts";

const coded = (code: string) => Object.assign(new Error("own words"), { code });

test.each([
  ["SQLITE_BUSY", /locked for more than 5 s\. Close that program/],
  ["SQLITE_FULL", /disk is full\. Free some space/],
  ["ENOSPC", /disk is full/],
  ["SQLITE_READONLY_DBMOVED", /may not be written\. Change the permissions/],
  ["EACCES", /may not be written/],
  ["SQLITE_CANTOPEN", /cannot be opened\. Check that the folder exists/],
  ["SQLITE_CORRUPT_INDEX", /is damaged\. Restart the app/],
  ["SQLITE_IOERR_WRITE", /disk reported an error/],
  ["ENOENT", /folder does not exist/],
  ["EISDIR", /in the way/],
])("storeFailure() explains %s and says what to do", (code, explanation) => {
  const cause = coded(code);
  const failure = storeFailure("save metrics", "/data/lab.sqlite", cause);
  expect(failure).toBeInstanceOf(StoreError);
  expect(failure.message).toMatch(/^Could not save metrics in \/data\/lab\.sqlite: /);
  expect(failure.message).toMatch(explanation);
  expect(failure.message).toContain(`(${code}: own words)`);
  expect(failure.cause).toBe(cause);
});

test("storeFailure() blames no other program for a lock that the lab itself holds", () => {
  const cause = Object.assign(new Error("database is locked"), { code: "SQLITE_BUSY" });
  const { message } = storeFailure("save metrics", "/data/lab.sqlite", cause, "runs are being imported");
  expect(message).toContain("runs are being imported. Try again when that is done");
  expect(message).not.toContain("another program");
});

test("namingFullDisk() says where there was no room, and passes every other error on", async () => {
  const failing = (error: Error) => namingFullDisk("/x/model.onnx", () => Promise.reject(error));
  const full = Object.assign(new Error("ENOSPC: no space left on device, write"), { code: "ENOSPC" });
  await expect(failing(full)).rejects.toThrow(
    "Could not write in /x/model.onnx: the disk is full. Free some space",
  );
  const gone = Object.assign(new Error("ENOENT: of what is read"), { code: "ENOENT" });
  await expect(failing(gone)).rejects.toBe(gone);
  expect(await namingFullDisk("/x", () => Promise.resolve(7))).toBe(7);
});

test("storeFailure() says a code once, where the file system's words begin with it", () => {
  const cause = Object.assign(new Error("ENOENT: no such file or directory"), { code: "ENOENT" });
  expect(storeFailure("write", "/x/y.csv", cause).message).toContain("(ENOENT: no such file or directory)");
});

test("storeFailure() passes on the words of an error it does not know, and a StoreError as it is", () => {
  expect(storeFailure("save metrics", "/data/lab.sqlite", new Error("own words")).message).toContain(
    "own words.",
  );
  const known = new StoreError("There is no run x.");
  expect(storeFailure("read a run", "/data/lab.sqlite", known)).toBe(known);
});

test("isDamage() tells a damaged file from other failures", () => {
  expect(isDamage(coded("SQLITE_CORRUPT"))).toBe(true);
  expect(isDamage(coded("SQLITE_NOTADB"))).toBe(true);
  expect(isDamage(coded("SQLITE_BUSY"))).toBe(false);
  expect(isDamage("SQLITE_CORRUPT")).toBe(false);
});
