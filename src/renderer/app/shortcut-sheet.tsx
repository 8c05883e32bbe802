import { Modal } from "@mantine/core";
import { COMMANDS } from "./commands.ts";
import { openOverlay, useOverlay } from "./overlays.ts";
import { shortcutText } from "./shortcut.ts";
import classes from "./overlays.module.css";

export function ShortcutSheet() {
  const opened = useOverlay() === "shortcuts";
  return (
    <Modal.Root opened={opened} onClose={() => openOverlay(null)}>
      <Modal.Overlay />
      <Modal.Content>
        <div className={classes["sheetHead"]}>
          <Modal.Title>Keyboard shortcuts</Modal.Title>
          <Modal.CloseButton aria-label="Close keyboard shortcuts" />
        </div>
        <Modal.Body>
          <dl className={classes["sheet"]}>
            {COMMANDS.filter(({ shortcuts }) => shortcuts.length > 0).map(({ id, label, shortcuts }) => (
              <div key={id}>
                <dt>{label}</dt>
                <dd>
                  {shortcuts.map((shortcut) => (
                    <kbd key={shortcutText(shortcut)}>{shortcutText(shortcut)}</kbd>
                  ))}
                </dd>
              </div>
            ))}
            <div>
              <dt>Backward: step back, step on; first, last step</dt>
              <dd>
                <kbd>←</kbd>
                <kbd>→</kbd>
                <kbd>Home</kbd>
                <kbd>End</kbd>
              </dd>
            </div>
            <div>
              <dt>Runs: next, previous run; open; select</dt>
              <dd>
                <kbd>↓</kbd>
                <kbd>↑</kbd>
                <kbd>Enter</kbd>
                <kbd>Space</kbd>
              </dd>
            </div>
          </dl>
        </Modal.Body>
      </Modal.Content>
    </Modal.Root>
  );
}
