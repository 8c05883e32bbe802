import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openLog } from "../../../../src/main/place/log.ts";
import { RecentFiles } from "../../../../src/main/shell/recent-files.ts";

const HOME = join("/", "home", "ada");

let dir: string;
let settingsPath: string;
let told: string[];
beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), "recent-"));
  settingsPath = join(dir, "recent-files.json");
  told = [];
});
afterEach(() => rmSync(dir, { recursive: true }));

const open = () =>
  new RecentFiles({
    settingsPath,
    home: HOME,
    system: {
      addRecentDocument: (path) => told.push(path),
      clearRecentDocuments: () => told.push("cleared"),
    },
    log: openLog(join(dir, "main.log")),
  });
const labels = (recent: RecentFiles): string[] => recent.entries().map(({ label }) => label);

test("RecentFiles keeps what was opened, newest first and once, over a restart; files need not be there", () => {
  const recent = open();
  let changes = 0;
  recent.subscribe(() => changes++);
  const bundle = { kind: "runs", path: join(HOME, "work", "all.backprop.json") } as const;
  recent.add({ kind: "notebook", documentId: "n1", title: "Loss & gradient" });
  recent.add(bundle);
  recent.add({ kind: "data", paths: [join("/", "mnt", "train.csv"), join("/", "mnt", "test.csv")] });
  recent.add(bundle);
  recent.add(bundle);
  const shown = ["all.backprop.json (~/work)", "train.csv and 1 more (/mnt)", "Loss & gradient"];
  expect(labels(recent)).toEqual(shown);
  expect(changes).toBe(4);
  // A double click opens bundles with the app: they are in the system's own list.
  expect(new Set(told)).toEqual(new Set([bundle.path]));

  const later = open();
  expect(later.entries()).toEqual(recent.entries());
  later.rename("n1", "Renamed");
  const first = later.entries().at(0);
  expect(later.find(first?.id ?? "")).toEqual(bundle);
  later.drop(first?.id ?? "");
  expect(labels(open())).toEqual(["train.csv and 1 more (/mnt)", "Renamed"]);
  later.clear();
  expect(labels(open())).toEqual([]);
  expect(told.at(-1)).toBe("cleared");
});

test("RecentFiles keeps fifteen, and shortens long titles and folders", () => {
  const recent = open();
  for (let i = 0; i < 20; i++) recent.add({ kind: "runs", path: join("/", `${i}.json`) });
  expect(labels(recent)).toHaveLength(15);
  recent.add({ kind: "notebook", documentId: "n", title: "x".repeat(200) });
  recent.add({ kind: "runs", path: join("/", "deep".repeat(50), "a.json") });
  for (const label of labels(recent).slice(0, 2)) expect(label.length).toBeLessThanOrEqual(60);
});

test("RecentFiles begins anew where its file is damaged, which is kept as .bad", () => {
  writeFileSync(settingsPath, '{"recent":[{"kind":"runs"}]}');
  expect(open().entries()).toEqual([]);
  expect(readFileSync(`${settingsPath}.bad`, "utf8")).toContain("runs");
});
