import { execFileSync } from "node:child_process";
import { expect, it } from "vitest";
import { quoted } from "../../../../src/main/place/shell-word.ts";

it("quoted() is one word of a shell with the same characters", () => {
  for (const word of ["plain", "a b", "it's", "$HOME", 'a"b', "*", ""]) {
    expect(execFileSync("bash", ["-c", `printf %s ${quoted(word)}`], { encoding: "utf8" })).toBe(word);
  }
});
