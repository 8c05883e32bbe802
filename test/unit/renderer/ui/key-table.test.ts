import { describe, expect, it } from "vitest";
import { pressedIn, shortcutOf, type KeyTable } from "../../../../src/renderer/ui/key-table.ts";

const press = (
  key: string,
  held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {},
) => ({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

const TABLE = {
  run: { keys: ["Mod-Enter"], does: "Run" },
  insert: { keys: ["Alt-Enter"], does: "Run and insert" },
  split: { keys: ["Mod-Shift--"], does: "Split" },
  merge: { keys: ["Shift-m"], does: "Merge" },
  text: { keys: ["m"], does: "Text" },
  zoom: { keys: ["+", "="], does: "Zoom" },
  pin: { keys: [" "], does: "Pin" },
} as const satisfies KeyTable;

it.each([
  ["Mod-Shift--", { key: "-", mod: true, shift: true }],
  ["Ctrl-Space", { key: "space", ctrl: true }],
  ["ArrowLeft", { key: "arrowleft" }],
  ["-", { key: "-" }],
])("shortcutOf() reads %s", (written, expected) => {
  expect(shortcutOf(written)).toEqual(expected);
});

describe("pressedIn()", () => {
  it.each([
    ["run", press("Enter", { ctrlKey: true })],
    ["run", press("Enter", { metaKey: true })],
    ["insert", press("Enter", { altKey: true })],
    ["split", press("-", { ctrlKey: true, shiftKey: true })],
    ["merge", press("M", { shiftKey: true })],
    ["text", press("m")],
    // Typed with Shift on some keyboards.
    ["zoom", press("+", { shiftKey: true })],
    ["pin", press(" ")],
  ])("finds %s", (name, event) => {
    expect(pressedIn(TABLE, event)).toBe(name);
  });

  it.each([
    press("Enter"),
    press("Enter", { shiftKey: true }),
    press("Enter", { ctrlKey: true, altKey: true }),
    press("m", { ctrlKey: true }),
    press("x"),
  ])("finds nothing for %o", (event) => {
    expect(pressedIn(TABLE, event)).toBeUndefined();
  });
});
