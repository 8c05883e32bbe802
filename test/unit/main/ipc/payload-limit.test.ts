import { expect, test } from "vitest";
import { oversized } from "../../../../src/main/ipc/payload-limit.ts";

test("oversized() lets every honest payload in", () => {
  expect(oversized(undefined)).toBeNull();
  expect(oversized({ kind: "csv", text: "x".repeat(50_000_000) })).toBeNull();
  expect(oversized({ bytes: new Uint8Array(20_000_000) })).toBeNull();
});

test("oversized() names what is too much", () => {
  expect(oversized({ text: "x".repeat(60_000_000) })).toMatch(/bytes$/);
  expect(oversized({ bytes: new Uint8Array(120_000_000) })).toMatch(/bytes$/);
  expect(oversized(Array.from({ length: 300_000 }, () => 0))).toMatch(/values$/);
  let nested: unknown = 0;
  for (let level = 0; level < 1_000; level += 1) nested = { nested };
  expect(oversized(nested)).toMatch(/levels$/);
});

test("oversized() ends on a payload that contains itself", () => {
  const loop: { self?: unknown } = {};
  loop.self = loop;
  expect(oversized(loop)).toMatch(/levels$/);
});
