import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { NEWEST_ELECTRON, supportWarning } from "../../../../../src/main/lab/diagnostics/electron-support.ts";

test("supportWarning() takes the version that package.json asks for as the newest", () => {
  const { devDependencies } = JSON.parse(readFileSync("package.json", "utf8")) as {
    devDependencies: { electron: string };
  };
  expect(Number.parseInt(devDependencies.electron, 10)).toBe(NEWEST_ELECTRON);
});

test("supportWarning() tells a runtime out of support from its three newest versions and later ones", () => {
  for (const major of [-2, -1, 0, 1])
    expect(supportWarning(`${NEWEST_ELECTRON + major}.1.0`, "official")).toBeNull();
  expect(supportWarning(`${NEWEST_ELECTRON - 3}.9.9`, "installed")).toMatch(
    /out of support.*Install a newer/,
  );
  expect(supportWarning("33.2.1", "cypress")).toMatch(/Electron 33 is out of support.*set-up again/);
  expect(supportWarning("33.2.1", "packaged")).toMatch(/install a newer package/);
});
