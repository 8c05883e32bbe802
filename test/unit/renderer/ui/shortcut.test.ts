import { describe, expect, it } from "vitest";
import { matches, shortcutText } from "../../../../src/renderer/ui/shortcut.ts";

const press = (
  key: string,
  held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {},
) => ({
  key,
  ctrlKey: false,
  metaKey: false,
  altKey: false,
  shiftKey: false,
  ...held,
});

describe("matches()", () => {
  it("takes Ctrl, and on a Mac the command key, as the modifier", () => {
    const shortcut = { key: "k", mod: true };
    expect(matches(shortcut, press("k", { ctrlKey: true }), false)).toBe(true);
    expect(matches(shortcut, press("k", { metaKey: true }), false)).toBe(false);
    expect(matches(shortcut, press("K", { metaKey: true }), true)).toBe(true);
    expect(matches(shortcut, press("k"), false)).toBe(false);
  });

  it("wants Shift for letters exactly as stated, and for signs only the sign", () => {
    expect(
      matches({ key: "p", mod: true, shift: true }, press("P", { ctrlKey: true, shiftKey: true }), false),
    ).toBe(true);
    expect(matches({ key: "p", mod: true, shift: true }, press("p", { ctrlKey: true }), false)).toBe(false);
    expect(matches({ key: "?" }, press("?", { shiftKey: true }), false)).toBe(true);
  });
});

describe("shortcutText()", () => {
  it("writes keys as the platform does", () => {
    expect(shortcutText({ key: "p", mod: true, shift: true }, false)).toBe("Ctrl+Shift+P");
    expect(shortcutText({ key: "enter", mod: true, shift: true }, true)).toBe("⇧⌘Enter");
    expect(shortcutText({ key: "enter", alt: true }, false)).toBe("Alt+Enter");
    expect(shortcutText({ key: "arrowleft", shift: true }, false)).toBe("Shift+←");
    expect(shortcutText({ key: " ", ctrl: true }, true)).toBe("⌃Space");
  });
});
