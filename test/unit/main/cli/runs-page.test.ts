import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { EXPORTED } from "../../../../src/main/cli/export-command.ts";
import { EXPORTED_TRAININGS } from "../../../../src/main/cli/export-training-command.ts";

test("docs/runs.md names all that lab export writes", () => {
  const page = readFileSync("docs/runs.md", "utf8");
  expect(page).toContain(`lab export ${EXPORTED.join("|")} [--runs QUERY]`);
  expect(page).toContain(`lab export ${EXPORTED_TRAININGS.join("|")} RUN|SPEC.json`);
});
