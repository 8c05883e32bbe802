import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { StoreReader } from "../../../src/main/store/thread/store-reader.ts";
import { nativeBinding } from "./recorded-values.ts";
import { useStoreFolder } from "./store-folder.ts";

const folder = useStoreFolder();
let reader: StoreReader | null = null;
afterEach(async () => {
  await reader?.close();
});

function readerOf(program: string): StoreReader {
  const place = folder.file("out");
  mkdirSync(place);
  const threadFile = join(place, "store-thread.mjs");
  writeFileSync(threadFile, program);
  const database = { path: folder.file(), readFrom: null, nativeBinding };
  reader = new StoreReader({
    ...database,
    threadFile,
    idleMs: 1_000,
    abandonedRuns: false,
    outOfSpace: false,
    readOnlyReason: null,
  });
  return reader;
}

test.each([
  ["that is no program", "{{{"],
  ["with a module that is not there", 'import "nowhere";'],
  ["with a name that is not there", 'import { nothing } from "node:fs"; nothing();'],
  ["that is empty", ""],
])("D35: a thread's file %s is told to everyone who asked, and to the next", async (_, program) => {
  const damaged = readerOf(program);
  const ask = () => damaged.ask("check", null);
  const answers = await Promise.allSettled([ask(), ask()]);
  answers.push(...(await Promise.allSettled([ask()])));
  const said = answers.map((answer) => (answer.status === "rejected" ? String(answer.reason) : "answered"));
  const expected =
    /thread cannot start: .*The installation is damaged \(.*store-thread\.mjs\): run the set-up again/;
  expect(said.filter((words) => !expected.test(words))).toEqual([]);
  expect(said).toHaveLength(3);
});

test("D35: a thread that throws while it is loaded ends with its own words", async () => {
  const throwing = readerOf('throw new Error("no memory for this")');
  await expect(throwing.ask("check", null)).rejects.toThrow("The store's thread ended: no memory for this");
});
