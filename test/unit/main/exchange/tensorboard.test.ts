import { appendFileSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeEach, describe, expect, it } from "vitest";
import type { ForeignBatch, RunSource } from "../../../../src/main/exchange/runs/foreign-run.ts";
import { MessageWriter } from "../../../../src/main/exchange/protobuf/message-writer.ts";
import { maskedCrc32c } from "../../../../src/main/exchange/tensorboard/crc32c.ts";
import { equalBins } from "../../../../src/main/exchange/tensorboard/equal-bins.ts";
import { EventSource } from "../../../../src/main/exchange/tensorboard/event-source.ts";
import {
  histogramRecord,
  scalarRecord,
  settingsRecord,
  textRecord,
  versionRecord,
} from "../../../../src/main/exchange/tensorboard/event-writer.ts";

const root = mkdtempSync(join(tmpdir(), "backprop-lab-events-"));
afterAll(() => rmSync(root, { recursive: true, force: true }));
let folder = "";
let count = 0;
beforeEach(() => {
  folder = join(root, `run-${++count}`);
  mkdirSync(folder);
});
const FILE = "events.out.tfevents.1700000000.host.1.0";
const write = (bytes: Uint8Array, name = FILE): void => writeFileSync(join(folder, name), bytes);
const at = (step: number) => ({ timeMs: 1_700_000_000_000 + 1000 * step, step });

async function readAll(source: RunSource) {
  const batches: ForeignBatch[] = [];
  for await (const batch of source.read()) batches.push(batch);
  return {
    points: batches.flatMap(({ points }) => points.map(({ name, step, value }) => [name, step, value])),
    histograms: batches.flatMap(({ histograms }) => histograms),
    texts: batches.flatMap(({ texts }) => texts),
    head: batches.at(-1)?.head,
  };
}

it("maskedCrc32c() gives the checksums of RFC 3720 and of TensorFlow's own files", () => {
  // RFC 3720: 32 bytes of zeros have the CRC 0x8a9136aa; masked: rotated right by 15 bits, plus 0xa282ead8.
  const crc = 0x8a9136aa;
  expect(maskedCrc32c(new Uint8Array(32))).toBe((((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0);
});

/** What every event file of TensorFlow begins with: a record of 24 bytes, and the checksum of that length. */
const FIRST_RECORD = "1800000000000000a37f4b22";

it("versionRecord() begins as every event file does: 24 bytes, and their checksum", () => {
  const record = Buffer.from(versionRecord(1_700_000_000_000));
  expect(record.subarray(0, 12).toString("hex")).toBe(FIRST_RECORD);
  expect(record.subarray(12).toString("latin1")).toContain("\u001a\rbrain.Event:2");
});

it("EventSource reads scalars, histograms, texts and settings of several files of a run, in their order", async () => {
  write(
    Buffer.concat([
      versionRecord(1_700_000_000_000),
      settingsRecord(1_700_000_000_000, { lr: 0.1, optimizer: "sgd", nesterov: true }),
      scalarRecord(at(1), "loss", 0.5),
      histogramRecord(at(1), "weights", { lo: -1, hi: 1, counts: [1, 2, 3, 4] }),
      textRecord(at(0), "notes", "hello **world**"),
    ]),
  );
  write(
    Buffer.concat([versionRecord(1_700_000_002_000), scalarRecord(at(2), "loss", NaN)]),
    `${FILE}.second`,
  );
  const { points, histograms, texts, head } = await readAll(new EventSource(folder, "mine"));
  expect(points).toEqual([
    ["loss", 1, 0.5],
    ["loss", 2, NaN],
  ]);
  expect(head).toMatchObject({
    name: "mine",
    startedMs: 1_700_000_000_000,
    config: { lr: 0.1, optimizer: "sgd", nesterov: true },
  });
  expect(texts).toEqual([{ name: "notes", step: 0, text: "hello **world**" }]);
  const [histogram] = histograms;
  expect([histogram.lo, histogram.hi, histogram.counts.length]).toEqual([-1, 1, 64]);
  const quarter = (n: number) => histogram.counts.slice(16 * n, 16 * n + 16).reduce((a, b) => a + b, 0);
  expect([0, 1, 2, 3].map(quarter)).toEqual([1, 2, 3, 4].map((sum): unknown => expect.closeTo(sum, 9)));
});

it("EventSource reads TensorFlow 2's tensors: scalars, histograms (k, 3), a plugin that is named once", async () => {
  const metadata = (plugin: string) => new MessageWriter().message(1, new MessageWriter().text(1, plugin));
  const shape = (...sizes: number[]) =>
    sizes.reduce(
      (message, size) => message.message(2, new MessageWriter().integer(1, size)),
      new MessageWriter(),
    );
  const event = (step: number, value: MessageWriter): Uint8Array => {
    const body = new MessageWriter()
      .double(1, 1_700_000_000)
      .integer(2, step)
      .message(5, new MessageWriter().message(1, value))
      .encode();
    const record = Buffer.alloc(body.length + 16);
    record.writeBigUInt64LE(BigInt(body.length));
    record.writeUInt32LE(maskedCrc32c(record.subarray(0, 8)), 8);
    record.set(body, 12);
    record.writeUInt32LE(maskedCrc32c(body), 12 + body.length);
    return record;
  };
  const scalar = (content: number) =>
    new MessageWriter()
      .integer(1, 1)
      .message(2, new MessageWriter())
      .bytes(4, new Uint8Array(Float32Array.of(content).buffer));
  const bins = new MessageWriter()
    .integer(1, 2)
    .message(2, shape(2, 3))
    .bytes(4, new Uint8Array(Float64Array.of(0, 1, 5, 1, 2, 7).buffer));
  write(
    Buffer.concat([
      event(
        1,
        new MessageWriter().text(1, "epoch_loss").message(8, scalar(0.25)).message(9, metadata("scalars")),
      ),
      event(2, new MessageWriter().text(1, "epoch_loss").message(8, scalar(0.125))),
      event(1, new MessageWriter().text(1, "kernel").message(8, bins).message(9, metadata("histograms"))),
      event(1, new MessageWriter().text(1, "picture").message(4, new MessageWriter().integer(1, 9))),
    ]),
  );
  const source = new EventSource(folder, "tf2");
  const { points, histograms } = await readAll(source);
  expect(points).toEqual([
    ["epoch_loss", 1, 0.25],
    ["epoch_loss", 2, 0.125],
  ]);
  expect(histograms[0]?.counts.reduce((a, b) => a + b, 0)).toBeCloseTo(12, 9);
  expect(source.notes()).toEqual([`${FILE}: 1 value left out: pictures, audio, graphs or of other kinds.`]);
});

describe("a damaged file", () => {
  const whole = [versionRecord(0), ...[1, 2, 3].map((step) => scalarRecord(at(step), "loss", step))];
  const sizes = whole.map(({ length }) => length);

  it("cut at every byte gives what is whole, says what is missing, and goes on where the rest comes", async () => {
    const bytes = Buffer.concat(whole);
    for (let cut = sizes[0] ?? 0; cut < bytes.length; cut += 3) {
      write(bytes.subarray(0, cut));
      const source = new EventSource(folder, "cut");
      const first = await readAll(source);
      const wholeRecords = whole.filter(
        (_, i) => sizes.slice(0, i + 1).reduce((a, b) => a + b, 0) <= cut,
      ).length;
      expect(first.points, `cut at ${cut}`).toHaveLength(wholeRecords - 1);
      const left = cut - sizes.slice(0, wholeRecords).reduce((a, b) => a + b, 0);
      expect(source.notes().join("")).toEqual(
        left === 0 ? "" : expect.stringContaining(`the last ${left} bytes`),
      );
      appendFileSync(join(folder, FILE), bytes.subarray(cut));
      const rest = await readAll(source);
      expect([...first.points, ...rest.points]).toHaveLength(3);
      expect(source.notes()).toEqual([]);
    }
  });

  it("with a record whose checksum is wrong leaves that one out", async () => {
    const bytes = Buffer.concat(whole);
    const inSecond = (sizes[0] ?? 0) + (sizes[1] ?? 0) + 20;
    bytes[inSecond] = (bytes[inSecond] ?? 0) ^ 1;
    write(bytes);
    const source = new EventSource(folder, "flipped");
    expect((await readAll(source)).points.map(([, step]) => step)).toEqual([1, 3]);
    expect(source.notes()).toEqual([`${FILE}: 1 record left out: damaged.`]);
  });

  it("with a length whose checksum is wrong ends there, and one of an exabyte is not believed", async () => {
    const bytes = Buffer.concat(whole);
    const second = (sizes[0] ?? 0) + (sizes[1] ?? 0);
    bytes[second + 7] = 0x10;
    write(bytes);
    const source = new EventSource(folder, "length");
    expect((await readAll(source)).points.map(([, step]) => step)).toEqual([1]);
    expect(source.notes()[0]).toContain(`the length at byte ${second} is damaged`);
    bytes.writeUInt32LE(maskedCrc32c(bytes.subarray(second, second + 8)), second + 8);
    write(bytes);
    const believed = new EventSource(folder, "length");
    await readAll(believed);
    expect(believed.notes()[0]).toMatch(/claims \d+ bytes, more than/);
  });

  it("that is none at all is refused", async () => {
    write(readFileSync("package.json"));
    await expect(readAll(new EventSource(folder, "none"))).rejects.toThrow(
      /expected an event file of TensorBoard/,
    );
  });
});

it("equalBins() keeps the sum, also of outermost buckets that reach to 1e308 and of equal values", () => {
  const sum = (bins: ReturnType<typeof equalBins>) => bins?.counts.reduce((a, b) => a + b, 0);
  expect(
    sum(
      equalBins(
        [
          { from: -1e308, to: -0.5, count: 3 },
          { from: -0.5, to: 1e308, count: 5 },
        ],
        -1,
        2,
      ),
    ),
  ).toBeCloseTo(8, 9);
  expect(sum(equalBins([{ from: 2, to: 2, count: 7 }], 2, 2))).toBe(7);
  expect(equalBins([], NaN, NaN)).toBeNull();
});
