import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, resolve } from "node:path";
import { expect, it, onTestFinished } from "vitest";

const CRUISER = resolve("node_modules/dependency-cruiser/bin/dependency-cruise.mjs");

/** What the project's own rules say of a source tree. */
function violationsOf(files: Readonly<Record<string, string>>): string {
  const folder = mkdtempSync(join(tmpdir(), "backprop-lab-imports-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  for (const name of [".dependency-cruiser.cjs", "tsconfig.base.json"])
    cpSync(resolve(name), join(folder, name));
  const { stdout, stderr } = spawnSync(
    process.execPath,
    [CRUISER, "src", "--config", ".dependency-cruiser.cjs", "--output-type", "err"],
    { cwd: folder, encoding: "utf8", env: { ...process.env, ELECTRON_RUN_AS_NODE: "1" } },
  );
  expect(stderr).toBe("");
  return stdout;
}

const VALUE = "export const value = 1;\n";
const importing = (path: string): string =>
  `import { value } from "${path}";\nexport const other = value + 1;\n`;

it.each([
  ["a view that imports another", "views-stand-alone", "src/renderer/train/a.ts", "src/renderer/ladder/b.ts"],
  [
    "the runs' page that imports a view",
    "views-stand-alone",
    "src/renderer/runs/a.ts",
    "src/renderer/train/b.ts",
  ],
  [
    "a chart that imports a view",
    "charts-know-no-view",
    "src/renderer/charts/a.ts",
    "src/renderer/train/b.ts",
  ],
  [
    "an experiment that imports another",
    "experiments-stand-alone",
    "src/main/lab/stages/a.ts",
    "src/main/lab/ladder/b.ts",
  ],
  ["core that imports main", "core-folders", "src/core/a.ts", "src/main/lab/b.ts"],
  ["the window that imports main", "renderer-folders", "src/renderer/app/a.ts", "src/main/lab/b.ts"],
])("refuses %s", (_title, rule, from, to) => {
  const path = "../".repeat(from.split("/").length - 1) + to;
  expect(violationsOf({ [from]: importing(path), [to]: VALUE })).toMatch(
    new RegExp(`${rule}: ${from}.*${to}`),
  );
});

it("refuses a circle of types", () => {
  expect(
    violationsOf({
      "src/core/a.ts": 'import type { B } from "./b.ts";\nexport interface A {\n  readonly b: B | null;\n}\n',
      "src/core/b.ts": 'import type { A } from "./a.ts";\nexport interface B {\n  readonly a: A | null;\n}\n',
    }),
  ).toContain("no-cycles");
});

it("takes what the table of folders allows", () => {
  expect(
    violationsOf({
      "src/renderer/train/a.ts": importing("../ui/b.ts"),
      "src/renderer/ui/b.ts": VALUE,
    }),
  ).toContain("no dependency violations found");
});
