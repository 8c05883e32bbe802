import { matches, type Pressed, type Shortcut } from "./shortcut.ts";

/** Keys that do the same thing; what handles them and the sheet of all keys read the same rows. */
export interface KeyRow {
  /** As CodeMirror writes them: "Mod-Shift-Enter", where Mod is Ctrl, or ⌘ on a Mac. */
  readonly keys: readonly string[];
  /** What they do, for a person. */
  readonly does: string;
  /** Only when it is pressed twice. */
  readonly twice?: true;
}

export type KeyTable<Name extends string = string> = Readonly<Record<Name, KeyRow>>;

const MODIFIERS = [
  ["Mod-", "mod"],
  ["Ctrl-", "ctrl"],
  ["Alt-", "alt"],
  ["Shift-", "shift"],
] as const;

export function shortcutOf(written: string): Shortcut {
  const modifier = MODIFIERS.find(([prefix]) => written.startsWith(prefix));
  if (modifier === undefined) return { key: written.toLowerCase() };
  const [prefix, name] = modifier;
  return { ...shortcutOf(written.slice(prefix.length)), [name]: true };
}

/** The row that a pressed key stands in; undefined for none. Ctrl counts on a Mac too: nothing else is meant by it. */
export function pressedIn<Name extends string>(table: KeyTable<Name>, event: Pressed): Name | undefined {
  const { key, altKey, shiftKey } = event;
  const pressed = { key, altKey, shiftKey, ctrlKey: event.ctrlKey || event.metaKey, metaKey: false };
  return (Object.keys(table) as Name[]).find((name) =>
    table[name].keys.some((written) => matches(shortcutOf(written), pressed, false)),
  );
}
