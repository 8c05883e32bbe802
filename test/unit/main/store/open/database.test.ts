import { expect, test } from "vitest";
import { StoreError } from "../../../../../src/core/errors.ts";
import { assertLoadable, assertSqliteVersion } from "../../../../../src/main/store/open/database.ts";

test("fault 16: assertLoadable() refuses the prebuilt binary below Node-API 10", () => {
  expect(() => assertLoadable(null, "9")).toThrow(StoreError);
  expect(() => assertLoadable(null, "9")).toThrow(/needs Node-API 10 and this runtime has 9.*npm run setup/);
  expect(() => assertLoadable(null, undefined)).toThrow(/this runtime has none/);
});

test("assertLoadable() accepts Node-API 10 and later, or a binding of one's own", () => {
  expect(() => assertLoadable(null, "10")).not.toThrow();
  expect(() => assertLoadable(null, "11")).not.toThrow();
  expect(() => assertLoadable(process.execPath, "9")).not.toThrow();
});

test("assertLoadable() refuses a binding that is not there", () => {
  expect(() => assertLoadable("/nowhere/sqlite.node", "10")).toThrow(
    /no native binding at \/nowhere\/sqlite\.node/,
  );
});

test.each(["3.51.2", "3.9.9", "3", "2.99.0", "unknown"])("assertSqliteVersion() refuses %s", (version) => {
  expect(() => assertSqliteVersion(version)).toThrow(/3\.51\.3 or later is needed/);
});

test.each(["3.51.3", "3.51.10", "3.54.1", "4.0.0"])("assertSqliteVersion() accepts %s", (version) => {
  expect(() => assertSqliteVersion(version)).not.toThrow();
});
