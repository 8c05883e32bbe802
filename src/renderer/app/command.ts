import { COMMAND_KEYS, type CommandId } from "../../shared/ipc/window-commands.ts";
import { shortcutOf } from "../ui/key-table.ts";
import type { Shortcut } from "../ui/shortcut.ts";

export interface Command {
  readonly id: string;
  readonly label: string;
  readonly group: "Go to" | "Run" | "View" | "Cells" | "Runs" | "Notebook" | "Files";
  readonly shortcuts: readonly Shortcut[];
  /** Whether it can be asked for now; always, where it is not given. */
  readonly when?: () => boolean;
  /** Refused while other work is on: the menu shows so, and whoever asks all the same is told why. */
  readonly startsWork?: boolean;
  /** Whether it is the one of its kind that is on: a view, a theme, a switch. */
  readonly on?: () => boolean;
  readonly run: () => void;
}

/** One that is always there: the menu may name it. */
export interface WindowCommand extends Command {
  readonly id: CommandId;
}

export const command = (
  id: CommandId,
  label: string,
  group: Command["group"],
  does: Pick<Command, "when" | "startsWork" | "on" | "run">,
): WindowCommand => ({ id, label, group, shortcuts: COMMAND_KEYS[id].map(shortcutOf), ...does });

/** Whether it can be asked for now. */
export const isPossible = ({ when }: Command): boolean => when === undefined || when();
