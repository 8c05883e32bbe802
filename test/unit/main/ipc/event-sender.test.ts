import type { BrowserWindow } from "electron";
import { expect, it } from "vitest";
import { eventSender } from "../../../../src/main/ipc/event-sender.ts";
import type { LabEvent } from "../../../../src/main/lab/activity/experiment.ts";
import type { Log } from "../../../../src/main/place/log.ts";

const log: Log = { info: () => undefined, warn: () => undefined, error: () => undefined };
const failure = (title: string): LabEvent => ({ name: "failure", payload: { title, message: "why" } });

it("keeps what is told before the page listens, and tells it in order, once", async () => {
  const sent: unknown[] = [];
  const window = {
    isDestroyed: () => false,
    webContents: {
      isCrashed: () => false,
      send: (_channel: string, payload: unknown) => sent.push(payload),
    },
  } as unknown as BrowserWindow;
  let listens: () => void = () => undefined;
  const listening = new Promise<void>((resolve) => {
    listens = resolve;
  });
  const send = eventSender(window, log, { validate: true, listening });
  send(failure("first"));
  send(failure("second"));
  expect(sent).toEqual([]);
  listens();
  await listening;
  send(failure("third"));
  expect(sent).toEqual(["first", "second", "third"].map((title) => ({ title, message: "why" })));
  const message = "ENOENT: no such file or directory, open 'x.csv'";
  send({ name: "failure", payload: { title: "fourth", message } });
  expect(sent.at(-1)).toEqual({
    title: "fourth",
    message: "there is no file or folder x.csv: check the name",
  });
});
