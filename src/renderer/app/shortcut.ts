export interface Shortcut {
  /** As in KeyboardEvent.key, lower case. */
  readonly key: string;
  /** Ctrl, or ⌘ on a Mac. */
  readonly mod?: boolean;
  readonly shift?: boolean;
}

type Pressed = Pick<KeyboardEvent, "key" | "ctrlKey" | "metaKey" | "altKey" | "shiftKey">;

const isMac = (): boolean => window.lab.platform === "darwin";

export function matches(shortcut: Shortcut, event: Pressed, mac = isMac()): boolean {
  const [mod, other] = mac ? [event.metaKey, event.ctrlKey] : [event.ctrlKey, event.metaKey];
  if (event.altKey || other || mod !== (shortcut.mod ?? false)) return false;
  // "?" is typed with Shift on most keyboards: for signs only the sign counts.
  const isSign = /^[^a-z0-9]$/.test(shortcut.key);
  if (!isSign && event.shiftKey !== (shortcut.shift ?? false)) return false;
  return event.key.toLowerCase() === shortcut.key;
}

/** "Ctrl+Shift+P", on a Mac "⇧⌘P". */
export function shortcutText({ key, mod = false, shift = false }: Shortcut, mac = isMac()): string {
  const name = key.length === 1 ? key.toUpperCase() : `${key.slice(0, 1).toUpperCase()}${key.slice(1)}`;
  if (mac) return `${shift ? "⇧" : ""}${mod ? "⌘" : ""}${name}`;
  return [...(mod ? ["Ctrl"] : []), ...(shift ? ["Shift"] : []), name].join("+");
}
