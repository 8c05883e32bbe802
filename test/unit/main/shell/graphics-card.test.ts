import { expect, test } from "vitest";
import { mayHaveGraphicsCard } from "../../../../src/main/shell/graphics-card.ts";

test("mayHaveGraphicsCard() is false only on a Linux that shows no device", () => {
  const none = (): boolean => false;
  expect(mayHaveGraphicsCard("linux", none)).toBe(false);
  for (const device of ["/dev/dri", "/dev/nvidiactl", "/dev/dxg"]) {
    expect(mayHaveGraphicsCard("linux", (path) => path === device)).toBe(true);
  }
  expect(mayHaveGraphicsCard("darwin", none)).toBe(true);
  expect(mayHaveGraphicsCard("win32", none)).toBe(true);
});
