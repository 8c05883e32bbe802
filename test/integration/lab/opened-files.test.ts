import { rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { openLog } from "../../../src/main/place/log.ts";
import { OpenedFiles } from "../../../src/main/shell/opened-files.ts";
import { RecentFiles } from "../../../src/main/shell/recent-files.ts";
import type { IpcEvent } from "../../../src/shared/ipc/ipc-contract.ts";
import { openTestLab, type TestLab } from "./open-test-lab.ts";

let lab: TestLab;
beforeAll(async () => {
  lab = await openTestLab(1);
});
afterAll(async () => {
  await lab.close();
});

test("recent files open as they were opened first, and what is gone says so and leaves the list", async () => {
  const file = (name: string): string => join(lab.folder, name);
  const log = openLog(file("main.log"));
  const systems: string[] = [];
  const recent = new RecentFiles({
    settingsPath: file("recent-files.json"),
    home: null,
    system: { addRecentDocument: (path) => systems.push(path), clearRecentDocuments: () => undefined },
    log,
  });
  type Told = { readonly opened: IpcEvent<"fileOpened"> } | { readonly failed: string };
  const told: Told[] = [];
  let hear = (): void => undefined;
  const tell = (one: Told): void => {
    told.push(one);
    hear();
  };
  const next = async (ask: () => void): Promise<Told | undefined> => {
    const heard = new Promise<void>((resolve) => {
      hear = resolve;
    });
    ask();
    await heard;
    return told.at(-1);
  };

  const opened = new OpenedFiles();
  writeFileSync(file("own.lab.ts"), "// lab notebook 1 · title: Own\n// %% code id=a\nprint(1);\n");
  opened.add(["own.lab.ts"], lab.folder);
  const first = await next(() =>
    opened.begin({
      lab: Promise.resolve(lab.lab),
      ready: Promise.resolve(),
      recent,
      opened: (event) => tell({ opened: event }),
      failed: (title, message) => tell({ failed: `${title}: ${message}` }),
      log,
    }),
  );
  expect(first).toMatchObject({ opened: { kind: "notebook", addedFrom: file("own.lab.ts") } });
  expect(systems).toEqual([file("own.lab.ts")]);
  const documentId =
    first !== undefined && "opened" in first && first.opened.kind === "notebook"
      ? first.opened.documentId
      : "none";

  writeFileSync(file("a.csv"), "x,y\n1,2\n3,4\n5,6\n7,8\n");
  await lab.lab.runs.export({ what: "bundle", runIds: [], path: file("all.backprop.json"), weights: false });
  recent.add({ kind: "notebook", documentId, title: "Own" });
  recent.add({ kind: "data", paths: [file("a.csv")] });
  recent.add({ kind: "runs", path: file("all.backprop.json") });
  const choose = (kind: string) =>
    next(() => opened.addRecent(recent.entries().find((entry) => entry.kind === kind)?.id ?? ""));

  expect(await choose("notebook")).toEqual({ opened: { kind: "notebook", documentId, addedFrom: null } });
  expect(await choose("data")).toMatchObject({ opened: { kind: "data", preview: { rows: 4 } } });
  expect(await choose("runs")).toMatchObject({ opened: { kind: "runs", path: file("all.backprop.json") } });
  expect(recent.entries().map(({ kind }) => kind)).toEqual(["runs", "data", "notebook"]);

  rmSync(file("a.csv"));
  await lab.lab.documents.trash({ ids: [documentId] });
  expect(await choose("data")).toEqual({
    failed: `a.csv was not opened: There is no file ${file("a.csv")}. It is no longer among the recent files.`,
  });
  expect(await choose("notebook")).toEqual({
    failed:
      'Own was not opened: "Own" is in the trash of the notebooks: restore it there first. It is no longer among the recent files.',
  });
  // What is there but cannot be read stays.
  writeFileSync(file("all.backprop.json"), "{");
  expect(JSON.stringify(await choose("runs"))).toContain("all.backprop.json was not opened");
  expect(recent.entries().map(({ kind }) => kind)).toEqual(["runs"]);
});
