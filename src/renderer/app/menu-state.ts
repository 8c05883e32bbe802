import type { CommandState } from "../../shared/ipc/window-commands.ts";
import { ask } from "../bridge/lab.ts";
import { openStore } from "../live/document/open-notebook.ts";
import { sessionStore } from "../live/kernel/session-store.ts";
import { preferencesStore } from "../preferences/preferences.ts";
import { afterFrame } from "../store/after-frame.ts";
import { labStore, showFailure } from "../store/lab-store.ts";
import { isPossible, type WindowCommand } from "./command.ts";
import { COMMANDS } from "./commands.ts";
import { overlayStore } from "./overlays.ts";
import { presentationStore } from "./presentation.ts";
import { recentStore } from "./recent-files.ts";
import { shownViewStore } from "./views.ts";

/** Whatever a command's `when` and `on` look at. */
const LOOKED_AT = [
  labStore,
  openStore,
  sessionStore,
  preferencesStore,
  overlayStore,
  presentationStore,
  recentStore,
  shownViewStore,
] as const;

const idsWhere = (holds: (command: WindowCommand) => boolean) => COMMANDS.filter(holds).map(({ id }) => id);

/** How the commands stand now. */
export function commandState(): CommandState {
  const working = labStore.get().activity !== null;
  return {
    disabled: idsWhere((command) => !isPossible(command) || (working && command.startsWork === true)),
    checked: idsWhere(({ on }) => on?.() === true),
  };
}

/** Tells the menu how the commands stand, and again whenever that changes. @returns what ends it. */
export function tellMenu(): () => void {
  let told = "";
  let giveUp: (() => void) | null = null;
  const tell = (): void => {
    giveUp = null;
    const state = commandState();
    const now = JSON.stringify(state);
    if (now === told) return;
    told = now;
    ask(window.lab.menuShow(state)).catch((error: unknown) =>
      showFailure("The menu does not show what is possible now", error),
    );
  };
  const tellSoon = (): void => {
    giveUp ??= afterFrame(tell);
  };
  const stops = LOOKED_AT.map((store) => store.subscribe(tellSoon));
  tell();
  return () => {
    giveUp?.();
    stops.forEach((stop) => stop());
  };
}
