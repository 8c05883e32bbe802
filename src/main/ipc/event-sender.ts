import type { BrowserWindow } from "electron";
import * as v from "valibot";
import { inFileWords } from "../../shared/ipc/file-words.ts";
import { channelOf, IPC_EVENTS } from "../../shared/ipc/ipc-contract.ts";
import type { Log } from "../place/log.ts";
import type { LabEvent } from "../lab/activity/experiment.ts";

/** A failure in words where the file system refused something in its own. */
const inWords = (event: LabEvent): LabEvent =>
  event.name === "failure"
    ? { ...event, payload: { ...event.payload, message: inFileWords(event.payload.message) } }
    : event;

/**
 * The one way from main to the window unasked. With `validate` (development) a payload that breaks the contract is
 * logged and kept back; the window asks for the state again when it reloads. What is told before the page is
 * `listening` waits for it: a lab may be open sooner than its page, and a failure is told once.
 */
export function eventSender(
  window: BrowserWindow,
  log: Log,
  { validate, listening }: { validate: boolean; listening: Promise<void> },
): (event: LabEvent) => void {
  let early: LabEvent[] | null = [];
  const send = (event: LabEvent): void => {
    const { name, payload } = inWords(event);
    if (window.isDestroyed() || window.webContents.isCrashed()) return;
    if (validate && !v.is(IPC_EVENTS[name], payload)) {
      log.error(`event ${name} was not sent: its payload breaks the contract: ${JSON.stringify(payload)}`);
      return;
    }
    window.webContents.send(channelOf(name), payload);
  };
  void listening.then(() => {
    const held = early ?? [];
    early = null;
    held.forEach(send);
  });
  return (event) => {
    if (early === null) send(event);
    else early.push(event);
  };
}
