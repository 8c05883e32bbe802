import { execFileSync } from "node:child_process";
import { resolve } from "node:path";
import { describe, expect, it } from "vitest";
import { pythonsOn } from "../../../../src/main/peers/find-pytorch.ts";

const python = pythonsOn(process.env["PATH"] ?? "").at(0);
const FOLDER = resolve("resources/peers");

/** What openblas.py answers. */
const asked = (expression: string): string =>
  execFileSync(
    python ?? "",
    [
      "-I",
      "-B",
      "-c",
      `import sys; sys.path.insert(0, ${JSON.stringify(FOLDER)}); import openblas; print(${expression})`,
    ],
    { encoding: "utf8" },
  ).trim();

describe.skipIf(python === undefined)("openblas.py", () => {
  it.each([
    ["Prescott", `{"avx2", "fma", "avx512f", "avx512vl", "avx512bw", "avx512dq"}`, "SkylakeX"],
    ["Prescott", `{"avx2", "fma"}`, "Haswell"],
    ["Prescott", `{"sse3"}`, "None"],
    ["Haswell", `{"avx2", "fma"}`, "None"],
    ["SkylakeX", `{"avx2", "fma", "avx512f"}`, "None"],
    ["Zen", `{"avx2", "fma", "avx512f", "avx512vl", "avx512bw", "avx512dq"}`, "None"],
  ])("of an OpenBLAS for %s on a processor that can do %s: %s", (chosen, can, better) => {
    expect(asked(`openblas.better(${JSON.stringify(chosen)}, ${can})`)).toBe(better);
  });

  it("says nothing where there is no OpenBLAS", () => {
    expect(asked("openblas.core(), openblas.better(openblas.core(), openblas.flags())")).toBe("None None");
  });
});
