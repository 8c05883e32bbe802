import { existsSync, readFileSync, readlinkSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { extractZip, listZip } from "../../../scripts/setup/zip-reader.mjs";
import { temporaryFolder } from "./temporary-folder.ts";
import { zipArchive, type ZipFixtureEntry } from "./zip-fixture.ts";

const PROGRAM: ZipFixtureEntry = { name: "App/program", content: "run me ".repeat(5_000), mode: 0o100755 };

function archive(entries: readonly ZipFixtureEntry[], change: (bytes: Buffer) => Buffer = (bytes) => bytes) {
  const folder = temporaryFolder();
  const file = join(folder, "a.zip");
  writeFileSync(file, change(zipArchive(entries)));
  return { file, target: join(folder, "out") };
}

describe("extractZip()", () => {
  it("unpacks deflated, stored and empty files in their folders", async () => {
    const { file, target } = archive([
      { name: "App/", content: "", mode: 0o040755, stored: true },
      PROGRAM,
      { name: "App/deep/er/data.txt", content: "plain", stored: true },
      { name: "App/empty", content: "", stored: true },
    ]);
    await extractZip(file, target);
    expect(readFileSync(join(target, "App/program"), "utf8")).toBe(PROGRAM.content);
    expect(readFileSync(join(target, "App/deep/er/data.txt"), "utf8")).toBe("plain");
    expect(statSync(join(target, "App/empty")).size).toBe(0);
  });

  it.runIf(process.platform !== "win32")("keeps run bits and symbolic links", async () => {
    const { file, target } = archive([
      PROGRAM,
      { name: "App/alias", content: "program", mode: 0o120777, stored: true },
    ]);
    await extractZip(file, target);
    expect(statSync(join(target, "App/program")).mode & 0o777).toBe(0o755);
    expect(readlinkSync(join(target, "App/alias"))).toBe("program");
  });

  it("leaves out and renames entries as told", async () => {
    const { file, target } = archive([PROGRAM, { name: "App/other", content: "x" }]);
    await extractZip(file, target, { rename: (name) => (name.endsWith("program") ? "tool" : undefined) });
    expect(existsSync(join(target, "tool"))).toBe(true);
    expect(existsSync(join(target, "App"))).toBe(false);
  });

  it("refuses an entry that would land outside the folder", async () => {
    const { file, target } = archive([{ name: "../evil", content: "x" }]);
    await expect(extractZip(file, target)).rejects.toThrow('entry "../evil" would be written outside');
    expect(existsSync(join(target, "..", "evil"))).toBe(false);
  });

  it.each(["../../etc/passwd", "/etc/passwd"])("refuses a link to %s", async (link) => {
    const { file, target } = archive([{ name: "App/link", content: link, mode: 0o120777 }]);
    await expect(extractZip(file, target)).rejects.toThrow("points outside the archive");
  });

  it.runIf(process.platform !== "win32")(
    "refuses a chain of links that leaves the folder (issue 14, 37)",
    async () => {
      const { file, target } = archive([
        { name: "a/b/c/file", content: "x" },
        { name: "up", content: "a/b/c", mode: 0o120777, stored: true },
        { name: "out", content: "up/../../../../..", mode: 0o120777, stored: true },
        { name: "out/evil", content: "x" },
      ]);
      await expect(extractZip(file, target)).rejects.toThrow();
      expect(existsSync(join(target, "..", "evil"))).toBe(false);
      expect(existsSync(join(target, "up"))).toBe(false);
    },
  );

  it("reports an entry whose content does not match its CRC", async () => {
    const { file, target } = archive([{ name: "stored.txt", content: "content", stored: true }], (bytes) => {
      const damaged = Buffer.from(bytes);
      damaged[30 + "stored.txt".length] = 0x58;
      return damaged;
    });
    await expect(extractZip(file, target)).rejects.toThrow('"stored.txt": expected 7 bytes with CRC');
  });

  it("reports deflated content that is damaged", async () => {
    const { file, target } = archive([PROGRAM], (bytes) => Buffer.from(bytes).fill(0xff, 41, 60));
    await expect(extractZip(file, target)).rejects.toThrow('"App/program"');
  });

  it("reports an archive that was cut short", async () => {
    const { file, target } = archive([PROGRAM], (bytes) => bytes.subarray(0, bytes.length - 30));
    await expect(extractZip(file, target)).rejects.toThrow("not a zip archive, or cut short");
  });
});

describe("listZip()", () => {
  it("names every entry with its kind and size", async () => {
    const { file } = archive([
      PROGRAM,
      { name: "d/", content: "", stored: true },
      { name: "l", content: "d", mode: 0o120777 },
    ]);
    const listed = await listZip(file);
    expect(listed.map(({ name, kind, size }) => [name, kind, size])).toEqual([
      ["App/program", "file", PROGRAM.content.length],
      ["d/", "directory", 0],
      ["l", "symlink", 1],
    ]);
  });
});
