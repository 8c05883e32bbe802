import { describe, expect, test, vi } from "vitest";
import { readBenchOptions } from "../../../../src/main/bench/bench-options.ts";
import { BENCH_CASES } from "../../../../src/main/bench/cases/bench-cases.ts";

describe("readBenchOptions()", () => {
  test("measures every case of our own without arguments", () => {
    expect(readBenchOptions([])).toMatchObject({
      cases: BENCH_CASES,
      peers: false,
      oneThread: false,
      v8Flags: true,
      format: "table",
      out: null,
    });
  });

  test("takes cases in the order given, each once", () => {
    const { cases } = readBenchOptions(["--case", "lesson", "--case", "square-64", "--case", "lesson"]);
    expect(cases.map(({ name }) => name)).toEqual(["lesson", "square-64"]);
  });

  test("reads the rest", () => {
    const argv = [
      "--threads",
      "3",
      "--peers",
      "--one-thread",
      "--no-v8-flags",
      "--json",
      "--out",
      "raw.json",
      "--plan",
      "4,64",
    ];
    expect(readBenchOptions(argv)).toMatchObject({
      threads: 3,
      peers: true,
      oneThread: true,
      v8Flags: false,
      format: "json",
      out: "raw.json",
      plan: [4, 64],
    });
  });

  test.each([["--case", "square-3"], ["--threads", "0"], ["--plan", "1,4"], ["--plan", "many"], ["--fast"]])(
    "refuses %s %s",
    (...argv) => {
      const stderr = vi.spyOn(process.stderr, "write").mockReturnValue(true);
      try {
        expect(() => readBenchOptions(argv)).toThrow();
      } finally {
        stderr.mockRestore();
      }
    },
  );
});

test("BENCH_CASES have names of their own", () => {
  expect(new Set(BENCH_CASES.map(({ name }) => name)).size).toBe(BENCH_CASES.length);
});
