import { existsSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, expect, test } from "vitest";
import type { DocumentLibrary } from "../../../src/main/lab/documents/document-library.ts";
import { LAB_MIME } from "../../../src/shared/documents/ipynb.ts";
import type { SavedDocument } from "../../../src/shared/documents/document-records.ts";
import { useStoreFolder } from "../store/store-folder.ts";
import { openLibrary, textOf } from "./open-library.ts";

const folder = useStoreFolder();
let opened: DocumentLibrary[] = [];
afterEach(async () => {
  await Promise.all(opened.map((library) => library.close()));
  opened = [];
});

function start(path = folder.file(), now?: () => Date) {
  const store = folder.open(path);
  const { library, events } = openLibrary(store, now);
  opened.push(library);
  return { store, library, events, files: store.notebooksFolder };
}

async function create(library: DocumentLibrary, code: string, title = "Mine") {
  return library.create({ from: { kind: "text", text: textOf(code, title) }, title: null });
}

const versionOf = (saved: SavedDocument): number => {
  if (saved.kind !== "saved") throw new Error("a conflict");
  return saved.entry.version;
};

test("list() has what comes with the app first, and a copy of it can be changed", async () => {
  const { library } = start();
  const [bundled] = await library.list({ search: "" });
  expect(bundled).toMatchObject({ id: "bundled-backprop", bundled: true, version: 0, problem: null });
  await expect(library.save({ id: "bundled-backprop", text: textOf("1"), baseVersion: 1 })).rejects.toThrow(
    "make a copy",
  );
  const mine = await library.create({ from: { kind: "copy", id: "bundled-backprop" }, title: null });
  expect(mine.title).toBe(`${bundled.title} (copy)`);
  expect(mine.cells).toBe(bundled.cells);
  expect((await library.open({ id: mine.id })).text).toContain("judge: backprop");
});

test("create() numbers titles that are taken, of empty notebooks and of copies", async () => {
  const { library, files } = start();
  const empty = () => library.create({ from: { kind: "empty" }, title: null });
  const [first, second] = [await empty(), await empty()];
  expect([first.title, second.title, (await empty()).title]).toEqual([
    "Untitled",
    "Untitled 2",
    "Untitled 3",
  ]);
  const copy = (id: string) => library.create({ from: { kind: "copy", id }, title: null });
  const copied = await copy(second.id);
  expect([copied.title, (await copy(copied.id)).title]).toEqual(["Untitled 2 (copy)", "Untitled 2 (copy 2)"]);
  // A title in words stays, twice too: the files have names of their own.
  await create(library, "1", "Mine");
  expect((await create(library, "2", "Mine")).title).toBe("Mine");
  expect(readdirSync(files)).toContain("Untitled 2.lab.ts");
});

test("save() writes the file and a version; the file's name follows the title", async () => {
  const { library, files } = start();
  const { id, file } = await create(library, "let x = 1;");
  expect(file).toBe("Mine.lab.ts");
  const saved = await library.save({ id, text: textOf("let x = 2;", "Relu / by hand"), baseVersion: 1 });
  expect(saved).toMatchObject({ kind: "saved", entry: { version: 2, file: "Relu - by hand.lab.ts" } });
  expect(readdirSync(files)).toStrictEqual(["Relu - by hand.lab.ts"]);
  expect(readFileSync(join(files, "Relu - by hand.lab.ts"), "utf8")).toBe(
    textOf("let x = 2;", "Relu / by hand"),
  );
  expect(library.versions({ id }).map(({ version, origin }) => [version, origin])).toStrictEqual([
    [2, "edit"],
    [1, "new"],
  ]);
  expect(library.versionText({ id, version: 1 }).text).toBe(textOf("let x = 1;"));
});

test("two notebooks of one title have files of their own, whatever the case", async () => {
  const { library, files } = start();
  await create(library, "1", "Relu");
  await create(library, "2", "relu");
  expect(readdirSync(files).sort()).toStrictEqual(["Relu.lab.ts", "relu 2.lab.ts"]);
});

test("a file that was changed outside is not written over: both texts are there, and the merge can be saved", async () => {
  const { library, files } = start();
  const { id, file } = await create(library, "let x = 1;");
  writeFileSync(join(files, file), textOf("let theirs = 1;"));
  const refused = await library.save({ id, text: textOf("let mine = 1;"), baseVersion: 1 });
  expect(refused).toStrictEqual({
    kind: "conflict",
    conflict: { base: textOf("let x = 1;"), theirs: textOf("let theirs = 1;"), version: 2 },
  });
  expect(readFileSync(join(files, file), "utf8")).toBe(textOf("let theirs = 1;"));
  // The app ends here: what was typed is there when it is opened again.
  expect((await library.open({ id })).unsaved).toStrictEqual({
    mine: textOf("let mine = 1;"),
    base: textOf("let x = 1;"),
  });
  const merged = await library.save({ id, text: textOf("let both = 1;"), baseVersion: 2 });
  expect(versionOf(merged)).toBe(3);
  expect((await library.open({ id })).unsaved).toBeNull();
  expect(library.versions({ id }).map(({ origin }) => origin)).toStrictEqual(["edit", "outside", "new"]);
});

test("taking theirs is a save of their text, which ends the journal", async () => {
  const { library, files } = start();
  const { id, file } = await create(library, "let x = 1;");
  writeFileSync(join(files, file), textOf("let theirs = 1;"));
  await library.save({ id, text: textOf("let mine = 1;"), baseVersion: 1 });
  const taken = await library.save({ id, text: textOf("let theirs = 1;"), baseVersion: 2 });
  expect(versionOf(taken)).toBe(2);
  expect((await library.open({ id })).unsaved).toBeNull();
});

test("a change outside is told while the notebook is open", async () => {
  const { library, events, files } = start();
  const { id, file } = await create(library, "let x = 1;");
  await library.open({ id });
  writeFileSync(join(files, file), textOf("let theirs = 1;"));
  await expect
    .poll(() => events.find(({ name }) => name === "documentChangedOutside")?.payload)
    .toStrictEqual({
      id,
      conflict: { base: textOf("let x = 1;"), theirs: textOf("let theirs = 1;"), version: 2 },
    });
});

test("keep() survives a new start; the text comes back as a version", async () => {
  const path = folder.file();
  const first = start(path);
  const { id, file } = await create(first.library, "let x = 1;");
  first.library.keep({ id, text: textOf("let x = 12;"), baseVersion: 1 });
  first.store.close();
  const { library, files } = start(path);
  const { text, entry, notices, unsaved } = await library.open({ id });
  expect({ text, version: entry.version, unsaved }).toStrictEqual({
    text: textOf("let x = 12;"),
    version: 2,
    unsaved: null,
  });
  expect(notices.join()).toContain("had not been saved");
  expect(readFileSync(join(files, file), "utf8")).toBe(text);
  expect(library.versions({ id })[0]?.origin).toBe("recovered");
});

test("a file that another program renamed, removed or brought is followed", async () => {
  const { library, files } = start();
  const { id, file } = await create(library, "let x = 1;");
  renameSync(join(files, file), join(files, "Other.lab.ts"));
  const own = async () => (await library.list({ search: "" })).filter(({ bundled }) => !bundled);
  expect((await own()).map((entry) => [entry.id, entry.file])).toStrictEqual([[id, "Other.lab.ts"]]);
  rmSync(join(files, "Other.lab.ts"));
  expect((await library.open({ id })).notices.join()).toContain("was gone");
  expect(existsSync(join(files, "Other.lab.ts"))).toBe(true);
  writeFileSync(join(files, "Brought.lab.ts"), textOf("let y = 1;", "Brought"));
  writeFileSync(join(files, "Broken.lab.ts"), "a\0b");
  const listed = await own();
  const brought = listed.find((entry) => entry.title === "Brought");
  expect(brought).toMatchObject({ foreign: true, version: 1 });
  expect(listed.find((entry) => entry.file === "Broken.lab.ts")?.problem).toContain("zero byte");
  expect(() => {
    library.requireTrusted(brought?.id ?? "");
  }).toThrow("came from elsewhere");
  expect(library.trust({ id: brought?.id ?? "" }).foreign).toBe(false);
});

test("the trash gives back, and deletes for good only what is in it", async () => {
  const { library, files, store } = start();
  const { id } = await create(library, "let x = 1;");
  await expect(library.delete({ ids: [id] })).rejects.toThrow("not in the trash");
  await library.trash({ ids: [id] });
  expect(readdirSync(files)).toStrictEqual(["trash"]);
  await expect(library.save({ id, text: textOf("2"), baseVersion: 1 })).rejects.toThrow("in the trash");
  await create(library, "other", "Mine");
  await library.restore({ ids: [id] });
  expect(readdirSync(files).sort()).toStrictEqual(["Mine 2.lab.ts", "Mine.lab.ts", "trash"]);
  expect((await library.open({ id })).text).toBe(textOf("let x = 1;"));
  await library.trash({ ids: [id] });
  await library.delete({ ids: [id] });
  expect(store.documents.find(id)).toBeUndefined();
  expect(store.documents.versions(id)).toStrictEqual([]);
  expect(readdirSync(join(files, "trash"))).toStrictEqual([]);
});

test("search looks into titles, tags and texts", async () => {
  const { library } = start();
  const { id } = await create(library, "let banana = 1;", "Fruit");
  library.tag({ ids: [id], tags: ["keep", "keep"] });
  const found = async (search: string) => (await library.list({ search })).map((entry) => entry.id);
  expect(await found("BANANA")).toStrictEqual([id]);
  expect(await found("fruit")).toStrictEqual([id]);
  expect(await found("keep")).toContain(id);
  expect(await found("cherry")).toStrictEqual([]);
});

test("an import takes .lab.ts and .ipynb, and says of each other file why not", async () => {
  const { library, store } = start();
  const ipynb = JSON.stringify({
    nbformat: 4,
    nbformat_minor: 5,
    metadata: {},
    cells: [
      { cell_type: "markdown", id: "m", metadata: {}, source: ["# Hello"] },
      {
        cell_type: "code",
        id: "c",
        metadata: {},
        source: ["1"],
        execution_count: 1,
        outputs: [
          { output_type: "stream", name: "stdout", text: ["told\n"] },
          {
            output_type: "display_data",
            metadata: {},
            data: { [LAB_MIME]: { kind: "value", text: "42" }, "text/plain": ["42"] },
          },
        ],
      },
    ],
  });
  const imported = await library.importFiles([
    { name: "a.lab.ts", text: textOf("1", "A") },
    { name: "b.ipynb", text: ipynb },
    { name: "c.ipynb", text: "{" },
    { name: "d.py", text: "" },
  ]);
  expect(imported.map((one) => (one.kind === "imported" ? one.entry.title : one.message))).toStrictEqual([
    "A",
    "b",
    expect.stringContaining("a Jupyter notebook"),
    expect.stringContaining(".lab.ts or .ipynb"),
  ]);
  const [a, b] = imported;
  const given = b.kind === "imported" ? store.documents.outputs(b.entry.id) : [];
  expect(given.map(({ cell, result }) => [cell, result.outputs])).toStrictEqual([
    [
      "c",
      [
        { kind: "text", text: "told\n" },
        { kind: "value", text: "42" },
      ],
    ],
  ]);
  expect(a).toMatchObject({ entry: { foreign: true } });
});

test("versions: every text comes back, though most are stored as what differs", async () => {
  const { library, store } = start();
  const long = Array.from({ length: 200 }, (_, i) => `const x${i} = ${i};`).join("\n");
  const { id } = await create(library, long);
  const texts = [textOf(long)];
  for (let i = 0; i < 30; i++) {
    const text = textOf(long.replace(`x${i} = ${i}`, `x${i} = "\u{1F600}${"z".repeat(i)}"`));
    texts.push(text);
    await library.save({ id, text, baseVersion: i + 1 });
  }
  expect(texts.map((_, i) => library.versionText({ id, version: i + 1 }).text)).toStrictEqual(texts);
  expect(store.documents.versions(id)).toHaveLength(31);
  const restored = await library.restoreVersion({ id, version: 1, baseVersion: 31 });
  expect(versionOf(restored)).toBe(32);
  expect((await library.open({ id })).text).toBe(texts[0]);
});

test("old versions are thinned out when the notebook is opened; a named one stays", async () => {
  let now = new Date("2026-01-01T00:00:00.000Z");
  const { library } = start(folder.file(), () => now);
  const { id } = await create(library, "let x = 0;");
  for (let i = 1; i <= 10; i++) {
    now = new Date(now.getTime() + 60_000);
    await library.save({ id, text: textOf(`let x = ${i};`), baseVersion: i });
  }
  library.nameVersion({ id, version: 4, name: "handed in" });
  now = new Date("2026-01-03T00:00:00.000Z");
  await library.open({ id });
  expect(library.versions({ id }).map(({ version, name }) => [version, name])).toStrictEqual([
    [11, null],
    [10, null],
    [4, "handed in"],
  ]);
  expect(library.versionText({ id, version: 4 }).text).toBe(textOf("let x = 3;"));
  expect(() => library.versionText({ id, version: 5 })).toThrow("no version 5");
});

test("a text that could not be read again is refused before anything is written", async () => {
  const { library } = start();
  const { id } = await create(library, "let x = 1;");
  await expect(library.save({ id, text: "a\0b", baseVersion: 1 })).rejects.toThrow("zero byte");
  expect((await library.open({ id })).text).toBe(textOf("let x = 1;"));
});

test("while another thread locks the database a save waits, and is done afterwards", async () => {
  const { library, store, files } = start();
  const { id, version, file } = await create(library, "1");
  let unlock: () => void = () => undefined;
  const locked = store.whileLocked(
    "the trash is being emptied",
    () => new Promise<void>((resolve) => (unlock = resolve)),
  );
  const saving = library.save({ id, text: textOf("2"), baseVersion: version });
  await new Promise((resolve) => setImmediate(resolve));
  expect(store.documents.kept(id)).toBeUndefined();
  unlock();
  await locked;
  expect(versionOf(await saving)).toBe(version + 1);
  expect(readFileSync(join(files, file), "utf8")).toContain("\n2\n");
});
