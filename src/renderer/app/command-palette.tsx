import { Modal, TextInput } from "@mantine/core";
import { Search } from "lucide-react";
import { useId, useLayoutEffect, useMemo, useRef, useState, type KeyboardEvent } from "react";
import { isPossible, type Command } from "./command.ts";
import { COMMANDS, filterCommands, runCommands } from "./commands.ts";
import { cellCommands } from "./notebook-commands.ts";
import { openOverlay, useOverlay } from "./overlays.ts";
import { recentCommands } from "./recent-files.ts";
import { shortcutText } from "../ui/shortcut.ts";
import classes from "./overlays.module.css";

/** Beyond this a person types another word. */
const MOST_SHOWN = 200;

/**
 * There with its first rendering, not after a frame or two: whoever types on after Ctrl+K types here, and not into the
 * cell that had the focus.
 */
export function CommandPalette() {
  if (useOverlay() !== "palette") return null;
  return (
    <Modal.Root opened onClose={() => openOverlay(null)} size="36rem" yOffset="10vh">
      <Modal.Overlay />
      <Modal.Content aria-label="Command palette">
        <Modal.Body className={classes["paletteBody"] ?? ""}>
          <Palette />
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}

function Palette() {
  const list = useId();
  const field = useRef<HTMLInputElement>(null);
  useLayoutEffect(() => takeFocus(field.current), []);
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const commands = useMemo(
    () => [...COMMANDS.filter(isPossible), ...recentCommands(), ...cellCommands(), ...runCommands()],
    [],
  );
  const matching = filterCommands(commands, typed).slice(0, MOST_SHOWN);
  const index = Math.min(at, Math.max(0, matching.length - 1));
  const optionId = (command: Command | undefined) =>
    command === undefined ? undefined : `${list}-${command.id}`;

  const run = (command: Command | undefined) => {
    if (command === undefined) return;
    openOverlay(null);
    command.run();
  };
  const move = (to: number) => {
    const next = (to + matching.length) % Math.max(1, matching.length);
    setAt(next);
    document.getElementById(optionId(matching[next]) ?? "")?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const moves: Record<string, number> = {
      ArrowDown: index + 1,
      ArrowUp: index - 1,
      Home: 0,
      End: matching.length - 1,
    };
    const to = moves[event.key];
    if (to !== undefined) move(to);
    else if (event.key === "Enter") run(matching[index]);
    else return;
    event.preventDefault();
  };

  return (
    <>
      <TextInput
        ref={field}
        data-autofocus
        role="combobox"
        aria-label="Find a command"
        aria-expanded
        aria-controls={list}
        aria-activedescendant={optionId(matching[index])}
        placeholder="Find a command"
        leftSection={<Search size="1rem" aria-hidden="true" />}
        size="md"
        value={typed}
        onKeyDown={onKeyDown}
        onChange={(event) => {
          setTyped(event.currentTarget.value);
          setAt(0);
        }}
      />
      <div id={list} role="listbox" aria-label="Commands" className={classes["list"]}>
        {matching.map((command, row) => (
          <div
            key={command.id}
            id={optionId(command)}
            role="option"
            aria-selected={row === index}
            className={classes["option"]}
            onPointerMove={() => setAt(row)}
            onClick={() => run(command)}
          >
            <span>{command.label}</span>
            {command.shortcuts[0] !== undefined && <kbd>{shortcutText(command.shortcuts[0])}</kbd>}
          </div>
        ))}
      </div>
      {matching.length === 0 && <p className={classes["nothing"]}>{whyNothing(typed)}</p>}
    </>
  );
}

/** Commands that nothing can be asked of now are not listed, but who looks for one learns that it exists. */
function whyNothing(typed: string): string {
  const impossible = filterCommands(
    COMMANDS.filter((one) => !isPossible(one)),
    typed,
  );
  if (impossible.length === 0) return "No command has these words.";
  return `Not possible now: ${impossible.map(({ label }) => label).join("; ")}.`;
}

/** Focuses the field. The end gives the focus back to where it was, unless the command has put it elsewhere. */
function takeFocus(field: HTMLInputElement | null): () => void {
  const before = document.activeElement;
  field?.focus();
  return () => {
    setTimeout(() => {
      const isNowhere = document.activeElement === null || document.activeElement === document.body;
      if (isNowhere && before instanceof HTMLElement) before.focus({ preventScroll: true });
    });
  };
}
