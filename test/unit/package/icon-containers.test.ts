import { PNG } from "pngjs";
import { expect, test } from "vitest";
import { icnsFile, ICO_SIZES, icoFile } from "../../../scripts/package/icon-containers.mjs";

const picture = new PNG({ width: 512, height: 512 });
picture.data.fill(0x80);

test("icoFile() lists each size with where its picture lies, and the pictures fill the rest", () => {
  const file = icoFile(picture);
  expect([file.readUInt16LE(0), file.readUInt16LE(2), file.readUInt16LE(4)]).toEqual([
    0,
    1,
    ICO_SIZES.length,
  ]);
  let expectedOffset = 6 + 16 * ICO_SIZES.length;
  ICO_SIZES.forEach((size, index) => {
    const at = 6 + 16 * index;
    const [length, offset] = [file.readUInt32LE(at + 8), file.readUInt32LE(at + 12)];
    expect(offset).toBe(expectedOffset);
    expect(file.readUInt8(at)).toBe(size === 256 ? 0 : size);
    expect(PNG.sync.read(file.subarray(offset, offset + length)).width).toBe(size);
    expectedOffset += length;
  });
  expect(file.length).toBe(expectedOffset);
});

test("icnsFile() has macOS' pictures, each as large as its name says", () => {
  const file = icnsFile(picture);
  expect(file.toString("latin1", 0, 4)).toBe("icns");
  expect(file.readUInt32BE(4)).toBe(file.length);
  const widths: Record<string, number> = {};
  for (let at = 8; at < file.length; at += file.readUInt32BE(at + 4)) {
    const content = file.subarray(at + 8, at + file.readUInt32BE(at + 4));
    widths[file.toString("latin1", at, at + 4)] = PNG.sync.read(content).width;
  }
  expect(widths).toEqual({
    ic07: 128,
    ic08: 256,
    ic09: 512,
    ic11: 32,
    ic12: 64,
    ic13: 256,
    ic14: 512,
    icp4: 16,
    icp5: 32,
  });
});
