import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gunzipSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { openStore } from "../../../src/main/store/open/open-store.ts";
import { labHere } from "./lab-here.ts";
import { makeTuned } from "./open-test-lab.ts";
import { machine, nativeBinding, notebookRun, timing } from "../store/recorded-values.ts";

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
    store.finishRun(id, {
      status: "finished",
      summary: { loss: lr, finalValidLoss: lr / 3, sizeBytes: 2_500_000 },
      failure: null,
      finishedAt,
    });
  }
  store.close();
}

describe("lab runs, show, compare, export, import, trash", () => {
  let folder = "";
  let own: readonly string[] = [];
  let ids: string[] = [];

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "backprop-lab-runs-cli-"));
    own = ["--database", join(folder, "runs.sqlite")];
    recordRuns(join(folder, "runs.sqlite"));
    ids = (JSON.parse((await labHere("runs", "--json", ...own)).stdout) as { id: string }[]).map(
      ({ id }) => id,
    );
  });
  /** One in which the kernels need not be timed first. */
  async function newDatabase(name: string): Promise<string> {
    const path = join(folder, name);
    await makeTuned(path);
    return path;
  }
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it("finds by a query and says where one is wrong", async () => {
    const found = JSON.parse(
      (await labHere("runs", "kind:note", "lr>0.05", "--json", ...own)).stdout,
    ) as unknown[];
    expect(found).toHaveLength(1);
    expect((await labHere("runs", "lr>7", ...own)).stdout).toContain("No run matches the query.");
    const { status, stderr } = await labHere("runs", 'name:"open', ...own);
    expect(stderr).toContain("quotation mark at character 6");
    expect(status).toBe(1);
  });

  it("shows one run and how to do it again, and compares two", async () => {
    const shown = (await labHere("show", ids[0] ?? "", ...own)).stdout;
    expect(shown).toContain(`(${ids[0] ?? ""})`);
    expect(shown).toMatch(/Again: lab notebook --seed \d/);
    expect(shown).toMatch(
      /validation loss at the end +0\.03333 +finalValidLoss\nsize +2\.500 MB +sizeBytes\n/,
    );
    expect(shown).toMatch(/\nloss +9 +0\.01000 +loss\n/);
    expect((await labHere("runs", ...own)).stdout).toContain("finalValidLoss 0.003333, sizeBytes 2.500 MB");
    const sideBySide = (await labHere("compare", ...ids, ...own)).stdout;
    expect(sideBySide).toMatch(/lr +0\.1 +0\.01/);
    expect(sideBySide).toMatch(/validation loss at the end +0\.03333 +0\.003333\n/);
    expect(sideBySide).toContain("0.01000 (0.01000 … 0.1000)");
    const compared = JSON.parse((await labHere("compare", ...ids, "--json", ...own)).stdout) as {
      runs: unknown[];
    };
    expect(compared.runs).toHaveLength(2);
    expect((await labHere("show", "nobody", ...own)).stderr).toContain("There is no run nobody");
  });

  it("writes to standard output what it writes to a file", async () => {
    const path = join(folder, "metrics.csv");
    expect((await labHere("export", "metrics", "--out", path, ...own)).stderr).toContain("20 rows");
    const piped = (await labHere("export", "metrics", "--out", "-", ...own)).stdout;
    expect(piped).toBe(readFileSync(path, "utf8"));
    expect(piped.split("\n")[0]).toBe("run_id,metric,step,epoch,value,wall_ms");
    const some = (await labHere("export", "timings", "--runs", "lr>0.05", "--out", "-", ...own)).stdout;
    expect(some.trim().split("\n")).toHaveLength(2);
  });

  it("takes a bundle into another database, and empties its trash", async () => {
    const bundle = join(folder, "bundle.json");
    await labHere("export", "bundle", "--out", bundle, ...own);
    const other = ["--database", await newDatabase("other.sqlite")];
    expect((await labHere("import", bundle, ...other)).stdout).toContain(
      "2 runs added, 0 were there already",
    );
    expect((await labHere("import", bundle, ...other)).stdout).toContain(
      "0 runs added, 2 were there already",
    );
    expect((await labHere("trash", "--delete", "lr>0.05", ...other)).stdout).toContain(
      "runs put into the trash: 1",
    );
    expect(JSON.parse((await labHere("trash", "--json", ...other)).stdout)).toHaveLength(1);
    expect((await labHere("trash", "--restore", "lr>0.05", ...other)).stdout).toContain("runs restored: 1");
    await labHere("trash", "--delete", "lr<0.05", ...other);
    expect((await labHere("trash", "--empty", ...other)).stdout).toMatch(
      /runs deleted for good: 1; [\d.,]+ k?B freed, the database has [\d.]+ [kM]B now/,
    );
    expect(JSON.parse((await labHere("runs", "--json", ...other)).stdout)).toHaveLength(1);
  });

  it("takes many bundles, gzipped or not, and folders of them in one go; names what is cut off (issue 20)", async () => {
    const given = join(folder, "bundles", "deeper");
    mkdirSync(given, { recursive: true });
    const [plain, packed] = [join(folder, "bundles", "all.json"), join(given, "one.json.gz")];
    await labHere("export", "bundle", "--out", plain, ...own);
    await labHere("export", "bundle", "--runs", "lr>0.05", "--out", packed, ...own);
    const text = gunzipSync(readFileSync(packed)).toString("utf8");
    expect(JSON.parse(text)).toBeInstanceOf(Array);
    expect(readFileSync(packed).length).toBeLessThan(text.length / 2);

    const cut = join(folder, "cut.bundle");
    writeFileSync(cut, readFileSync(packed).subarray(0, -20));
    writeFileSync(join(given, "notes.json"), '{"no": "bundle"}');
    const many = ["--database", await newDatabase("many.sqlite")];
    const first = await labHere("import", packed, cut, join(folder, "bundles"), "--json", ...many);
    expect(first.status).toBe(1);
    expect(first.stderr).toContain(cut);
    expect(first.stderr).toContain("the compressed file ends early");
    const { added, skipped, failed } = JSON.parse(first.stdout) as Record<string, unknown[]>;
    expect(added.toSorted()).toEqual(ids.toSorted());
    // The gzipped one was given twice, as itself and by its folder.
    expect(skipped).toHaveLength(1);
    expect(failed).toMatchObject([{ path: cut }]);
    const second = await labHere("import", join(folder, "bundles"), ...many);
    expect(second.status).toBe(0);
    expect(second.stdout).toContain("2 of 2 bundles: 0 runs added, 3 were there already");
    const runs = (await labHere("export", "metrics", "--out", "-", ...many)).stdout;
    expect(runs.split("\n").toSorted()).toEqual(
      (await labHere("export", "metrics", "--out", "-", ...own)).stdout.split("\n").toSorted(),
    );
  });

  it("ends with 2 on wrong usage", async () => {
    for (const [args, message] of [
      [["compare", "one-run"], /two runs are the fewest/],
      [["export", "everything", "--out", "-"], /Allowed choices are timings/],
      [["export", "tensorboard", "--out", "-"], /give --out FOLDER/],
      [["export", "onnx", "--out", "network.onnx"], /say of what: a run/],
      [
        ["export", "pytorch", ids[0] ?? "", "--out", "-"],
        /give --out FOLDER; standard output cannot take it/,
      ],
      [["export", "pytorch", "notebook.lab.ts", "--out", "x.txt"], /ends with \.py or \.ipynb/],
      [["import", "a.csv", "b.csv", "--follow"], /come one at a time/],
      [["import", "a.onnx", "b.onnx"], /come one at a time/],
      [["import", "weights.safetensors"], /give --spec SPEC\.json and --out/],
    ] as const) {
      const { status, stderr } = await labHere(...args, ...own);
      expect(stderr).toMatch(message);
      expect(status).toBe(2);
    }
  });
});
