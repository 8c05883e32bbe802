import { describe, expect, it } from "vitest";
import { choosePackages, LIBRARY_PACKAGES } from "../../../scripts/setup/apt-packages.mjs";

function policy(candidates: Readonly<Record<string, string>>): string {
  return Object.entries(candidates)
    .map(
      ([name, version]) =>
        `${name}:\n  Installed: (none)\n  Candidate: ${version}\n  Version table:\n     1 500\n`,
    )
    .join("");
}

describe("choosePackages()", () => {
  const groups = [["libasound2t64", "libasound2"], ["libnss3"]];

  it("takes the old names where the new ones do not exist (Debian 12)", () => {
    expect(choosePackages(groups, policy({ libasound2: "1.2.8-1", libnss3: "2:3.87" }))).toEqual([
      "libasound2",
      "libnss3",
    ]);
  });

  it("takes the new names where the old ones are virtual (Ubuntu 24.04)", () => {
    const output = policy({ libasound2t64: "1.2.11-1", libasound2: "(none)", libnss3: "2:3.98" });
    expect(choosePackages(groups, output)).toEqual(["libasound2t64", "libnss3"]);
  });

  it("falls back to the oldest name when apt knows nothing", () => {
    expect(choosePackages(groups, "")).toEqual(["libasound2", "libnss3"]);
  });

  it("answers with one name for each library", () => {
    expect(choosePackages(LIBRARY_PACKAGES, "")).toHaveLength(LIBRARY_PACKAGES.length);
  });
});
