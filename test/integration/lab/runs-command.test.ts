import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../../src/main/store/open/open-store.ts";
import { machine, nativeBinding, notebookRun, timing } from "../store/recorded-values.ts";

const PROGRAM = resolve("out/main/lab.js");

/** The command as a user's shell runs it: this runtime is already Electron as Node. */
const lab = (...args: string[]): { status: number | null; stdout: string; stderr: string } =>
  spawnSync(process.execPath, [PROGRAM, ...args], { encoding: "utf8", timeout: 120_000 });

/** Two runs as the notebook records them, the newer with the larger rate. */
function recordRuns(path: string): void {
  const store = openStore({ path, nativeBinding });
  store.saveMachine(machine);
  for (const [i, lr] of [0.01, 0.1].entries()) {
    const { id } = store.createRun({
      ...notebookRun,
      config: { ...notebookRun.config, lr },
      startedAt: `2026-11-2${i}T04:53:12.345Z`,
    });
    const points = Array.from({ length: 10 }, (_, step) => ({
      name: "loss",
      step,
      epoch: 1,
      value: lr / (1 + step),
      wallMs: step,
    }));
    store.addMetrics(id, points);
    store.addTimings(id, [timing(0, 1.5)]);
    const finishedAt = `2026-11-2${i}T04:54:12.345Z`;
    store.finishRun(id, { status: "finished", summary: { loss: lr }, failure: null, finishedAt });
  }
  store.close();
}

describe("lab runs, show, compare, export, import, trash", () => {
  let folder = "";
  let own: readonly string[] = [];
  let ids: string[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), "backprop-lab-runs-cli-"));
    own = ["--database", join(folder, "runs.sqlite")];
    recordRuns(join(folder, "runs.sqlite"));
    ids = (JSON.parse(lab("runs", "--json", ...own).stdout) as { id: string }[]).map(({ id }) => id);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("finds by a query and says where one is wrong", () => {
    const found = JSON.parse(lab("runs", "kind:note", "lr>0.05", "--json", ...own).stdout) as unknown[];
    expect(found).toHaveLength(1);
    expect(lab("runs", "lr>7", ...own).stdout).toContain("No run matches the query.");
    const { status, stderr } = lab("runs", 'name:"open', ...own);
    expect(stderr).toContain("quotation mark at character 6");
    expect(status).toBe(1);
  });

  it("shows one run and how to do it again, and compares two", () => {
    const shown = lab("show", ids[0] ?? "", ...own).stdout;
    expect(shown).toContain(`(${ids[0] ?? ""})`);
    expect(shown).toMatch(/Again: lab notebook --seed \d/);
    expect(lab("compare", ...ids, ...own).stdout).toMatch(/lr +0\.1 +0\.01/);
    const compared = JSON.parse(lab("compare", ...ids, "--json", ...own).stdout) as { runs: unknown[] };
    expect(compared.runs).toHaveLength(2);
    expect(lab("show", "nobody", ...own).stderr).toContain("There is no run nobody");
  });

  it("writes to standard output what it writes to a file", () => {
    const path = join(folder, "metrics.csv");
    expect(lab("export", "metrics", "--out", path, ...own).stderr).toContain("20 rows");
    const piped = lab("export", "metrics", "--out", "-", ...own).stdout;
    expect(piped).toBe(readFileSync(path, "utf8"));
    expect(piped.split("\n")[0]).toBe("run_id,metric,step,epoch,value,wall_ms");
    const some = lab("export", "timings", "--runs", "lr>0.05", "--out", "-", ...own).stdout;
    expect(some.trim().split("\n")).toHaveLength(2);
  });

  it("takes a bundle into another database, and empties its trash", () => {
    const bundle = join(folder, "bundle.json");
    lab("export", "bundle", "--out", bundle, ...own);
    const other = ["--database", join(folder, "other.sqlite")];
    expect(lab("import", bundle, ...other).stdout).toContain("2 runs added, 0 were there already");
    expect(lab("import", bundle, ...other).stdout).toContain("0 runs added, 2 were there already");
    expect(lab("trash", "--delete", "lr>0.05", ...other).stdout).toContain("runs put into the trash: 1");
    expect(JSON.parse(lab("trash", "--json", ...other).stdout)).toHaveLength(1);
    expect(lab("trash", "--restore", "lr>0.05", ...other).stdout).toContain("runs restored: 1");
    lab("trash", "--delete", "lr<0.05", ...other);
    expect(lab("trash", "--empty", ...other).stdout).toMatch(/runs deleted for good: 1; \d+ bytes freed/);
    expect(JSON.parse(lab("runs", "--json", ...other).stdout)).toHaveLength(1);
  });

  it("takes many bundles, gzipped or not, and folders of them in one go; names what is cut off (issue 20)", () => {
    const given = join(folder, "bundles", "deeper");
    mkdirSync(given, { recursive: true });
    const [plain, packed] = [join(folder, "bundles", "all.json"), join(given, "one.json.gz")];
    lab("export", "bundle", "--out", plain, ...own);
    lab("export", "bundle", "--runs", "lr>0.05", "--out", packed, ...own);
    const text = gunzipSync(readFileSync(packed)).toString("utf8");
    expect(JSON.parse(text)).toBeInstanceOf(Array);
    expect(readFileSync(packed).length).toBeLessThan(text.length / 2);

    const cut = join(folder, "cut.bundle");
    writeFileSync(cut, readFileSync(packed).subarray(0, -20));
    writeFileSync(join(given, "notes.json"), '{"no": "bundle"}');
    const many = ["--database", join(folder, "many.sqlite")];
    const first = lab("import", packed, cut, join(folder, "bundles"), "--json", ...many);
    expect(first.status).toBe(1);
    expect(first.stderr).toContain(cut);
    expect(first.stderr).toContain("the compressed file ends early");
    const { added, skipped, failed } = JSON.parse(first.stdout) as Record<string, unknown[]>;
    expect(added.toSorted()).toEqual(ids.toSorted());
    // The gzipped one was given twice, as itself and by its folder.
    expect(skipped).toHaveLength(1);
    expect(failed).toMatchObject([{ path: cut }]);
    const second = lab("import", join(folder, "bundles"), ...many);
    expect(second.status).toBe(0);
    expect(second.stdout).toContain("2 of 2 bundles: 0 runs added, 3 were there already");
    const runs = lab("export", "metrics", "--out", "-", ...many).stdout;
    expect(runs.split("\n").toSorted()).toEqual(
      lab("export", "metrics", "--out", "-", ...own)
        .stdout.split("\n")
        .toSorted(),
    );
  });

  it("ends with 2 on wrong usage", () => {
    for (const [args, message] of [
      [["compare", "one-run"], /two runs are the fewest/],
      [["export", "everything", "--out", "-"], /Allowed choices are timings/],
    ] as const) {
      const { status, stderr } = lab(...args, ...own);
      expect(stderr).toMatch(message);
      expect(status).toBe(2);
    }
  });
});
