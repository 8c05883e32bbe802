import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { beginFlagTrial } from "../../../../src/main/engine/flag-trial.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "flag-trial-"));
});
afterEach(() => {
  rmSync(folder, { recursive: true, force: true });
});

describe("beginFlagTrial()", () => {
  it("withholds the flags after two starts in a row that did not come through", () => {
    const path = join(folder, "trial.json");
    expect(beginFlagTrial(path, "13.0").allowed).toBe(true);
    expect(beginFlagTrial(path, "13.0").allowed).toBe(true);
    expect(beginFlagTrial(path, "13.0").allowed).toBe(false);
    expect(beginFlagTrial(path, "13.0").allowed).toBe(false);
  });

  it("forgets an unfinished start when one passes, and when V8 is another", () => {
    const path = join(folder, "trial.json");
    beginFlagTrial(path, "13.0");
    beginFlagTrial(path, "13.0").passed();
    beginFlagTrial(path, "13.0");
    expect(beginFlagTrial(path, "13.0").allowed).toBe(true);
    expect(beginFlagTrial(path, "13.0").allowed).toBe(false);
    expect(beginFlagTrial(path, "14.6").allowed).toBe(true);
  });

  it("allows the flags when the file is damaged or cannot be written", () => {
    const path = join(folder, "trial.json");
    writeFileSync(path, "{");
    expect(beginFlagTrial(path, "13.0").allowed).toBe(true);
    expect(beginFlagTrial(join(folder, "missing", "trial.json"), "13.0").allowed).toBe(true);
  });
});
