import { execFile } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import type { BenchReport, PeerFigures, RawSamples } from "../../src/main/bench/bench-report.ts";
import { appCommand } from "./launch-app.ts";

const BENCH_DIR = resolve(import.meta.dirname, "../../bench");

test("bench measures cases in Electron's main process and reports them as JSON", async () => {
  const folder = mkdtempSync(join(tmpdir(), "backprop-lab-e2e-bench-"));
  try {
    const { executablePath, args, env } = appCommand(join(folder, "profile"));
    const flags = args.filter((argument) => argument === "--no-sandbox");
    const raw = join(folder, "raw.json");
    const chosen = ["--case", "square-64", "--case", "lesson", "--one-thread", "--threads", "2"];
    const { stdout } = await promisify(execFile)(
      executablePath,
      [...flags, BENCH_DIR, ...chosen, "--json", "--out", raw],
      { env },
    );
    const report = JSON.parse(stdout) as BenchReport;
    expect(report.machine.electron).toMatch(/^\d+\./);
    expect(report.machine.kernel).toMatch(/^wasm-/);
    expect(report.cases).toMatchObject([
      { name: "square-64", m: 64, k: 64, n: 64, threads: 2 },
      { name: "lesson", m: 5, k: 784, n: 10, threads: 2 },
    ]);
    for (const { ours, peers } of report.cases) {
      expect(ours.medianMs).toBeGreaterThan(0);
      expect(ours.gflops).toBeGreaterThan(0);
      expect(ours.samples).toBeGreaterThanOrEqual(10);
      expect(peers["oursOneThread"]).toMatchObject({ threads: 1 });
      const { ratio } = peers["oursOneThread"] as PeerFigures;
      for (const value of [ratio.value, ratio.low, ratio.high]) expect(value).toBeGreaterThan(0);
    }
    const { samples } = JSON.parse(readFileSync(raw, "utf8")) as { samples: readonly RawSamples[] };
    expect(samples.map(({ name }) => name)).toEqual(["square-64", "lesson"]);
    expect(samples[0].samplesMs["ours"]).toHaveLength(report.cases[0].ours.samples);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
