export interface Shortcut {
  /** As in KeyboardEvent.key, lower case. */
  readonly key: string;
  /** Ctrl, or ⌘ on a Mac. */
  readonly mod?: boolean;
  /** Ctrl, on a Mac too. */
  readonly ctrl?: boolean;
  readonly shift?: boolean;
  readonly alt?: boolean;
}

export type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

const isMac = (): boolean => window.lab.platform === "darwin";

export function matches(shortcut: Shortcut, event: Pressed, mac = isMac()): boolean {
  const { mod = false, ctrl = false, alt = false } = shortcut;
  const held = mac ? { ctrl, meta: mod } : { ctrl: ctrl || mod, meta: false };
  if (event.altKey !== alt || event.ctrlKey !== held.ctrl || event.metaKey !== held.meta) return false;
  // "?" is typed with Shift on most keyboards: for signs only the sign counts.
  const isSign = /^[^a-z0-9]$/.test(shortcut.key);
  if (!isSign && event.shiftKey !== (shortcut.shift ?? false)) return false;
  return event.key.toLowerCase() === shortcut.key;
}

/** Keys whose names are not what stands on them. */
const NAMES: Readonly<Record<string, string>> = {
  " ": "Space",
  arrowleft: "←",
  arrowright: "→",
  arrowup: "↑",
  arrowdown: "↓",
  pageup: "Page Up",
  pagedown: "Page Down",
};

/** "Ctrl+Shift+P", on a Mac "⇧⌘P". */
export function shortcutText(
  { key, mod = false, ctrl = false, shift = false, alt = false }: Shortcut,
  mac = isMac(),
): string {
  const name = NAMES[key] ?? `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`;
  if (mac) return `${ctrl ? "⌃" : ""}${alt ? "⌥" : ""}${shift ? "⇧" : ""}${mod ? "⌘" : ""}${name}`;
  return [...(mod || ctrl ? ["Ctrl"] : []), ...(alt ? ["Alt"] : []), ...(shift ? ["Shift"] : []), name].join(
    "+",
  );
}
