import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, it } from "vitest";

/** The linter obeys such comments, and has no setting against them. */
const SILENCER = /\b(?:es|ox)lint-(?:disable|enable)/;

const inFolder = (folder: string): readonly string[] =>
  readdirSync(folder, { recursive: true, encoding: "utf8" }).map((name) => join(folder, name));
const sources = [...readdirSync("."), ...["bench", "scripts", "src", "test"].flatMap(inFolder)].filter(
  (path) => /\.[cm]?[jt]sx?$/.test(path),
);

it("no comment turns a rule of the linter off: what does not fit is said in .oxlintrc.json", () => {
  expect(sources.length).toBeGreaterThan(1_000);
  const silenced = sources.flatMap((path) =>
    readFileSync(path, "utf8")
      .split("\n")
      .flatMap((line, at) => (SILENCER.test(line) ? [`${path}:${at + 1}`] : [])),
  );
  expect(silenced).toEqual([]);
});
