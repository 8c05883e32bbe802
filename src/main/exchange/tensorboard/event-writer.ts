import { MessageWriter } from "../protobuf/message-writer.ts";
import { maskedCrc32c } from "./crc32c.ts";

/** One event as a TFRecord: length, its checksum, the event, its checksum. */
function recordOf(event: MessageWriter): Uint8Array {
  const body = event.encode();
  const record = new Uint8Array(body.length + 16);
  const view = new DataView(record.buffer);
  view.setBigUint64(0, BigInt(body.length), true);
  view.setUint32(8, maskedCrc32c(record.subarray(0, 8)), true);
  record.set(body, 12);
  view.setUint32(12 + body.length, maskedCrc32c(body), true);
  return record;
}

interface EventFrame {
  /** Unix time in milliseconds. */
  readonly timeMs: number;
  readonly step: number;
}

const frame = ({ timeMs, step }: EventFrame): MessageWriter => {
  const event = new MessageWriter().double(1, timeMs / 1000);
  return step === 0 ? event : event.integer(2, step);
};

const metadata = (plugin: string, content: MessageWriter = new MessageWriter()): MessageWriter =>
  new MessageWriter().message(1, new MessageWriter().text(1, plugin).message(2, content));

const ofValue = (at: EventFrame, value: MessageWriter): Uint8Array =>
  recordOf(frame(at).message(5, new MessageWriter().message(1, value)));

/** The first record of every file. */
export const versionRecord = (timeMs: number): Uint8Array =>
  recordOf(frame({ timeMs, step: 0 }).text(3, "brain.Event:2"));

/** A number under a name; TensorBoard keeps float32. */
export const scalarRecord = (at: EventFrame, name: string, value: number): Uint8Array =>
  ofValue(at, new MessageWriter().text(1, name).float(2, value));

/** Counts over equal bins from lo to hi. */
export function histogramRecord(
  at: EventFrame,
  name: string,
  { lo, hi, counts }: { readonly lo: number; readonly hi: number; readonly counts: readonly number[] },
): Uint8Array {
  const width = (hi - lo) / Math.max(1, counts.length);
  const middles = counts.map((_, i) => lo + (i + 0.5) * width);
  const total = counts.reduce((sum, count) => sum + count, 0);
  const sum = counts.reduce((all, count, i) => all + count * (middles[i] ?? 0), 0);
  const squares = counts.reduce((all, count, i) => all + count * (middles[i] ?? 0) ** 2, 0);
  const histogram = new MessageWriter()
    .double(1, lo)
    .double(2, hi)
    .double(3, total)
    .double(4, sum)
    .double(5, squares)
    .doubles(
      6,
      counts.map((_, i) => lo + (i + 1) * width),
    )
    .doubles(7, counts);
  return ofValue(at, new MessageWriter().text(1, name).message(5, histogram));
}

/** A text in Markdown. */
export function textRecord(at: EventFrame, name: string, text: string): Uint8Array {
  const shape = new MessageWriter().message(2, new MessageWriter().integer(1, 1));
  // 7 is TensorFlow's type of texts.
  const tensor = new MessageWriter().integer(1, 7).message(2, shape).text(8, text);
  return ofValue(at, new MessageWriter().text(1, name).message(8, tensor).message(9, metadata("text")));
}

/** Settings of the run, as the HParams view lists them. */
export function settingsRecord(
  timeMs: number,
  settings: Readonly<Record<string, number | string | boolean>>,
): Uint8Array {
  const start = new MessageWriter();
  for (const [key, value] of Object.entries(settings)) {
    const held = new MessageWriter();
    if (typeof value === "number") held.double(2, value);
    else if (typeof value === "string") held.text(3, value);
    else held.integer(4, Number(value));
    start.message(1, new MessageWriter().text(1, key).message(2, held));
  }
  const content = new MessageWriter().message(3, start);
  return ofValue(
    { timeMs, step: 0 },
    new MessageWriter().text(1, "_hparams_/session_start_info").message(9, metadata("hparams", content)),
  );
}
