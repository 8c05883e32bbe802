import { randomBytes } from "node:crypto";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { gzipSync } from "node:zlib";
import { describe, expect, it } from "vitest";
import { extractTarEntry } from "../../../scripts/setup/tar-entry.mjs";
import { temporaryFolder } from "./temporary-folder.ts";

function tarFile(name: string, content: Buffer): Buffer {
  const header = Buffer.alloc(512);
  header.write(name, 0);
  header.write(`${content.length.toString(8).padStart(11, "0")}\0`, 124);
  header.write("ustar\x0000", 257, "latin1");
  return Buffer.concat([header, content, Buffer.alloc((512 - (content.length % 512)) % 512)]);
}

function tarball(files: readonly Buffer[]) {
  const folder = temporaryFolder();
  const file = join(folder, "p.tgz");
  writeFileSync(file, gzipSync(Buffer.concat([...files, Buffer.alloc(1024)])));
  return { file, target: join(folder, "found") };
}

describe("extractTarEntry()", () => {
  const wantedContent = Buffer.alloc(300_001, "abc");
  const wanted = tarFile("package/app.zip", wantedContent);
  const isZip = (name: string) => name.endsWith(".zip");

  it("takes the wanted file from among others", async () => {
    const { file, target } = tarball([tarFile("package/a.json", Buffer.from("{}")), wanted]);
    await extractTarEntry(file, isZip, target);
    expect(readFileSync(target).equals(wantedContent)).toBe(true);
  });

  it("leaves no file behind when the archive is cut short", async () => {
    const folder = temporaryFolder();
    const file = join(folder, "cut.tgz");
    const target = join(folder, "found");
    writeFileSync(file, gzipSync(wanted.subarray(0, 200_000)));
    await expect(extractTarEntry(file, isZip, target)).rejects.toThrow("cut short");
    expect(existsSync(target)).toBe(false);
  });

  it("names an archive that cannot be read, or whose compressed bytes are cut, and leaves nothing behind", async () => {
    const { file, target } = tarball([tarFile("package/b", randomBytes(300_001)), wanted]);
    await expect(extractTarEntry(join(file, "gone"), isZip, target)).rejects.toThrow(
      /p\.tgz.gone: could not be read \(ENO.*run the set-up again/,
    );
    writeFileSync(file, readFileSync(file).subarray(0, 200_000));
    await expect(extractTarEntry(file, isZip, target)).rejects.toThrow(
      /p\.tgz: could not be read \(unexpected end of file\); remove it and run the set-up again/,
    );
    expect(readdirSync(dirname(file))).toEqual(["p.tgz"]);
  });

  it("says when the file is not there or the archive is not one", async () => {
    const without = tarball([tarFile("package/a.json", Buffer.from("{}"))]);
    await expect(extractTarEntry(without.file, isZip, without.target)).rejects.toThrow("not in this archive");
    const other = tarball([Buffer.alloc(2048, "x")]);
    await expect(extractTarEntry(other.file, isZip, other.target)).rejects.toThrow("not a ustar archive");
  });
});
