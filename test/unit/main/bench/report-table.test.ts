import { describe, expect, test } from "vitest";
import type { BenchReport } from "../../../../src/main/bench/bench-report.ts";
import { caseReport } from "../../../../src/main/bench/case-report.ts";
import { productCase } from "../../../../src/main/bench/cases/product-case.ts";
import type { Measurement } from "../../../../src/main/timing/interleave.ts";
import { reportMarkdown, reportText, threeDigits } from "../../../../src/main/bench/report-table.ts";

const measurement = (name: string, threads: number, samplesMs: readonly number[]): Measurement => ({
  contender: {
    name,
    threads,
    version: "1.2",
    sample: () => Promise.reject(new Error("not asked here")),
    close: () => Promise.resolve(),
  },
  calls: 4,
  samplesMs,
  cpuShare: threads,
});

const square = caseReport(productCase({ name: "square-100", m: 100, k: 100, n: 100 }), {
  ours: measurement("ours", 2, [1, 2, 3]),
  others: [measurement("pytorch", 2, [4, 4, 4])],
  missing: { tfjs: { notMeasured: "its result is not ours" } },
  peakGflops: 0.5,
});

const report: BenchReport = {
  machine: {
    id: "0",
    hostname: "host",
    os: "Linux",
    cpuModel: "Zen",
    cpuCores: 2,
    memoryBytes: 1e9,
    electron: "33.2.1",
    node: "20.18.1",
    v8: "13.0",
    chrome: "130",
    kernel: "wasm-relaxed256",
    date: "2026-11-23T08:00:00.000Z",
    loadBefore: 0.25,
    v8Flags: [],
    peakGflops: 0.5,
  },
  cases: [square],
  warnings: ["The machine runs on its battery."],
};

describe("caseReport()", () => {
  test("has figures of a call, the ratio to ours and the share of all threads' peak", () => {
    expect(square).toMatchObject({
      name: "square-100",
      m: 100,
      k: 100,
      n: 100,
      threads: 2,
      peakShare: 1,
      ours: { medianMs: 2, iqrMs: 1, minMs: 1, gflops: 1, samples: 3, callsPerSample: 4 },
      peers: {
        pytorch: { medianMs: 4, ratio: { value: 2 }, version: "1.2" },
        tfjs: { notMeasured: "its result is not ours" },
      },
    });
  });

  test("leaves the share of the peak open while the peak is not known", () => {
    const unknown = caseReport(productCase({ name: "one", m: 1, k: 1, n: 1 }), {
      ours: measurement("ours", 1, [1]),
      others: [],
      missing: {},
      peakGflops: null,
    });
    expect(unknown.peakShare).toBeNull();
  });
});

test("reportText() has a row for each contender and the reasons for what is missing", () => {
  const text = reportText(report);
  expect(text).toMatch(/square-100 +ours +2\.00 ms +1\.00 ms +1\.00 GFLOP\/s +2 +2\.00 +100 % of peak/);
  expect(text).toMatch(/pytorch +4\.00 ms .* 2\.00 × \(/);
  expect(text).toContain("square-100, tfjs: not measured: its result is not ours");
  expect(text).toContain("Versions: pytorch 1.2.");
  expect(text).not.toContain("reference BLAS");
  expect(text).toContain("\nWarning: The machine runs on its battery.\n");
});

test("reportText() says where PyTorch multiplies without vector code", () => {
  const others = [measurement("pytorch", 2, [4, 4, 4])];
  const slow = others.map((other) => ({
    ...other,
    contender: { ...other.contender, version: "1.13, reference BLAS" },
  }));
  const entry = caseReport(productCase({ name: "one", m: 1, k: 1, n: 1 }), {
    ours: measurement("ours", 2, [1]),
    others: slow,
    missing: {},
    peakGflops: null,
  });
  expect(reportText({ ...report, cases: [entry] })).toContain("install OpenBLAS to compare");
});

test("reportText() says what cells of one's own cost", () => {
  const live = {
    readyMs: 140,
    firstReadyMs: 600,
    stopMs: 5,
    recordedOpUs: 27,
    checkMs: 480,
    outerProductsMs: 370,
    stage2Ms: 740,
  };
  expect(reportText({ ...report, live })).toContain("after 140 ms; the first of a process after 600 ms");
  expect(reportText({ ...report, live })).toContain("370 ms as a cell, 740 ms as stage 2 (0.50 ×)");
});

test("reportMarkdown() has a line a case and a column a peer", () => {
  const lines = reportMarkdown(report).split("\n");
  expect(lines).toContain("Warning: The machine runs on its battery.");
  expect(lines).toContain("| case | M × K × N | ours | speed | pytorch | tfjs |");
  expect(lines).toContain("| square-100 | 100 × 100 × 100 | 2.00 ms | 1.00 GFLOP/s | 2.00 × | – |");
});

test("threeDigits() shows what matters of large and small numbers", () => {
  expect([1234.5, 56.78, 0.0123456, 0, NaN].map(threeDigits)).toEqual(["1235", "56.8", "0.0123", "0", "–"]);
});
