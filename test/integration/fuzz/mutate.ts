import { randomStream, type RandomStream } from "../../../src/core/random/random-stream.ts";

const WORDS = [
  "-1",
  "1e999",
  "null",
  "[]",
  "{}",
  '""',
  "true",
  "99999999999999999999",
  "\\u0000",
  "__proto__",
  "(",
  "'",
];

/** A sound input with one to four changes: bytes flipped, cut, doubled, moved, or words put in. */
export function mutate(sound: Uint8Array, seed: number): Uint8Array {
  const stream = randomStream(seed);
  let bytes: Buffer = Buffer.from(sound);
  for (let n = 1 + below(stream, 4); n > 0; n--) bytes = changed(bytes, stream);
  return bytes;
}

const below = (stream: RandomStream, limit: number): number => Math.floor(stream.next() * limit);

function changed(bytes: Buffer, stream: RandomStream): Buffer {
  // Headers lie at the beginning: half of the changes do, too.
  const reach = stream.next() < 0.5 ? Math.min(bytes.length, 200) : bytes.length;
  const at = below(stream, reach + 1);
  const length = 1 + below(stream, 40);
  const [before, rest] = [bytes.subarray(0, at), bytes.subarray(at)];
  switch (below(stream, 6)) {
    case 0: {
      const flipped = Buffer.from(bytes);
      if (at < flipped.length) flipped[at] = (flipped[at] ?? 0) ^ (1 << below(stream, 8));
      return flipped;
    }
    case 1: {
      const replaced = Buffer.from(bytes);
      if (at < replaced.length) replaced[at] = below(stream, 256);
      return replaced;
    }
    case 2:
      return Buffer.concat([before, rest.subarray(length)]);
    case 3:
      return Buffer.concat([before, rest.subarray(0, length), rest]);
    case 4:
      return Buffer.concat([before, Buffer.from(WORDS[below(stream, WORDS.length)] ?? ""), rest]);
    default:
      return stream.next() < 0.3
        ? Buffer.from(before)
        : Buffer.concat([before, Buffer.from([below(stream, 256)]), rest]);
  }
}
