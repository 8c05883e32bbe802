import { execFileSync } from "node:child_process";
import { appendFileSync, mkdirSync, readdirSync } from "node:fs";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { ZipFile } from "yazl";
import { ImportFolder, npyBytes } from "./import-folder.ts";

let folder: ImportFolder;
beforeEach(() => {
  folder = new ImportFolder();
});
afterEach(() => folder.remove());

const table = (rows: number, row: (i: number) => string): string =>
  `a,b,y\n${Array.from({ length: rows }, (_, i) => row(i)).join("\n")}\n`;

/** A packed archive whose entry says that it is `claimed` bytes. */
async function bomb(content: Buffer, claimed: number): Promise<Uint8Array> {
  const zip = new ZipFile();
  zip.addBuffer(content, "x.npy");
  zip.end();
  const parts: Buffer[] = [];
  for await (const part of zip.outputStream) parts.push(Buffer.from(part));
  const bytes = Buffer.concat(parts);
  const size = Buffer.alloc(4);
  size.writeUInt32LE(content.length);
  for (let at = bytes.indexOf(size); at !== -1; at = bytes.indexOf(size, at))
    bytes.writeUInt32LE(claimed, at);
  return new Uint8Array(bytes);
}

describe("an import in bad conditions", () => {
  it("of a file that changes while it is read is refused, and leaves nothing", async () => {
    const path = folder.write(
      "c.csv",
      table(60_000, (i) => `${i},${i % 7},${i % 2}`),
    );
    const { plan } = await folder.preview(path);
    let asked = 0;
    const change = (): void => {
      if (++asked === 2) appendFileSync(path, "1,2,0\n");
    };
    await expect(folder.accept(plan, change)).rejects.toThrow(
      /c\.csv, byte 0: expected the file that was previewed, got another/,
    );
    expect(asked).toBeGreaterThan(2);
    expect(folder.left()).toEqual([]);
  });

  it("onto a full disk is an error of the system, and leaves nothing (needs to mount a small disk)", async (context) => {
    const path = folder.write(
      "d.csv",
      table(100_000, (i) => `${i}.5,${i % 977},${i % 2}`),
    );
    const { plan } = await folder.preview(path);
    mkdirSync(folder.root);
    try {
      execFileSync("mount", ["-t", "tmpfs", "-o", "size=256k", "tmpfs", folder.root], { stdio: "ignore" });
    } catch {
      return context.skip();
    }
    try {
      await expect(folder.accept(plan)).rejects.toThrow(
        /Could not write in .*: the disk is full\. Free some space/,
      );
      expect(readdirSync(folder.root)).toEqual([]);
    } finally {
      execFileSync("umount", ["-l", folder.root]);
    }
  });

  it.each([
    ["says less than it holds", 200],
    ["says nothing", 0],
  ])("of a .npz that unpacks to 64 MiB and %s stops there", async (_what, claimed) => {
    const content = Buffer.concat([
      npyBytes("|u1", [64, 1 << 20], new Uint8Array(0)),
      Buffer.alloc(64 << 20),
    ]);
    const path = folder.write("bomb.npz", await bomb(content, claimed));
    await expect(folder.preview(path)).rejects.toThrow(/bomb\.npz, "x\.npy"/);
    expect(folder.left()).toEqual([]);
  });

  it("of numbers that are written as text takes them as numbers", async () => {
    const plain = folder.write(
      "n.csv",
      table(40, (i) => `${i / 4},${i % 7},${i % 2 === 0 ? "yes" : "no"}`),
    );
    const quoted = folder.write(
      "q.csv",
      table(40, (i) => `"${i / 4}"," ${i % 7} ","${i % 2 === 0 ? "yes" : "no"}"`),
    );
    const [first, second] = [
      await folder.import(plain, { title: "t" }),
      await folder.import(quoted, { title: "t" }),
    ];
    expect(second.dataset).toEqual(first.dataset);
    expect(first.dataset.featureNames).toEqual(["a", "b"]);
  });
});
