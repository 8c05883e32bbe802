import { spawnSync } from "node:child_process";
import { chmodSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import { temporaryFolder } from "./temporary-folder.ts";

const script = (name: string): string =>
  JSON.stringify(fileURLToPath(new URL(`../../../scripts/setup/${name}`, import.meta.url)));

/** Runs a set-up's work in a folder that its process may not write to. */
function inReadOnlyFolder(work: string): string {
  const folder = temporaryFolder();
  chmodSync(folder, 0o555);
  const program = `
    import { writeFileSync } from "node:fs";
    import { join } from "node:path";
    import { lockedOrAsItIs } from ${script("locked-or-as-it-is.mjs")};
    import { runMain } from ${script("run-main.mjs")};
    const folder = ${JSON.stringify(folder)};
    await runMain(async () => {
      await lockedOrAsItIs(join(folder, ".runtime", "setup.lock"), async () => { ${work} });
      return 0;
    });`;
  // Permissions do not bind root: as root the program runs as nobody.
  const asNobody = process.getuid?.() === 0 ? { uid: 65_534, gid: 65_534 } : {};
  const { stdout, stderr } = spawnSync(process.execPath, ["--input-type=module", "-e", program], {
    encoding: "utf8",
    cwd: "/",
    ...asNobody,
  });
  return stdout + stderr;
}

describe.skipIf(process.platform === "win32")("a set-up in a read-only folder (issue 20, 7)", () => {
  it("uses what is ready as it is", () => {
    expect(inReadOnlyFolder('process.stdout.write("ready");')).toBe("ready");
  });

  it("says in words that something is missing, where, and what to do", () => {
    const said = inReadOnlyFolder('writeFileSync(join(folder, "build"), "");');
    expect(said).toContain("The lab is not ready to run, and its folder cannot be written");
    expect(said).toMatch(/tried: .*build/);
    expect(said).toContain("npm run setup");
    expect(said).not.toMatch(/^\s+at /m);
  });

  it("hides no other fault", () => {
    expect(inReadOnlyFolder('throw new Error("something else");')).toContain("Error: something else");
  });
});
