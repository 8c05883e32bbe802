import { lstatSync, mkdirSync, readFileSync, readlinkSync, symlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { packZip } from "../../../scripts/package/zip-archive.mjs";
import { extractZip } from "../../../scripts/setup/zip-reader.mjs";
import { temporaryFolder } from "../scripts/temporary-folder.ts";

function sample(): string {
  const dir = join(temporaryFolder(), "App.app");
  mkdirSync(join(dir, "Versions", "A"), { recursive: true });
  writeFileSync(join(dir, "Versions", "A", "program"), "x".repeat(1000), { mode: 0o755 });
  writeFileSync(join(dir, "Versions", "A", "data.txt"), "data");
  if (process.platform !== "win32") symlinkSync("A", join(dir, "Versions", "Current"));
  return dir;
}

test("packZip() keeps run bits, and links as links", async () => {
  const folder = temporaryFolder();
  const archive = join(folder, "app.zip");
  await packZip({ dir: sample(), archive, epochS: 1_767_312_000 });
  await extractZip(archive, join(folder, "out"));
  const app = join(folder, "out", "App.app", "Versions");
  expect(readFileSync(join(app, "A", "data.txt"), "utf8")).toBe("data");
  if (process.platform === "win32") return;
  expect(lstatSync(join(app, "A", "program")).mode & 0o111).toBe(0o111);
  expect(lstatSync(join(app, "A", "data.txt")).mode & 0o111).toBe(0);
  expect(readlinkSync(join(app, "Current"))).toBe("A");
});

test("packZip() gives the same bytes for the same files, in every time zone", async () => {
  const folder = temporaryFolder();
  const zone = process.env["TZ"];
  const packed = async (name: string, timeZone: string) => {
    process.env["TZ"] = timeZone;
    const archive = join(folder, name);
    await packZip({ dir: sample(), archive, epochS: 1_767_312_000 });
    return readFileSync(archive);
  };
  try {
    const here = await packed("a.zip", "Asia/Kolkata");
    expect((await packed("b.zip", "America/New_York")).equals(here)).toBe(true);
  } finally {
    if (zone === undefined) delete process.env["TZ"];
    else process.env["TZ"] = zone;
  }
});
