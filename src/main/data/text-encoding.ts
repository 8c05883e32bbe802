import type { Encoding } from "../../shared/experiments/data-import.ts";

/** The mark at the beginning of a text, if there is one. */
const MARKS: readonly (readonly [Encoding, readonly number[]])[] = [
  ["utf-8", [0xef, 0xbb, 0xbf]],
  ["utf-16le", [0xff, 0xfe]],
  ["utf-16be", [0xfe, 0xff]],
];

/** A text's encoding by its first bytes: its mark, zero bytes of UTF-16, sound UTF-8, or else Latin-1; null where it is no text. */
export function textEncoding(sample: Uint8Array): Encoding | null {
  for (const [encoding, mark] of MARKS) {
    if (mark.every((byte, index) => sample[index] === byte)) return encoding;
  }
  let [evenZeros, oddZeros] = [0, 0];
  for (let i = 0; i < sample.length; i++) {
    if (sample[i] !== 0) continue;
    if (i % 2 === 0) evenZeros++;
    else oddZeros++;
  }
  if (evenZeros + oddZeros > 0) {
    const pairs = sample.length / 2;
    if (evenZeros === 0 && oddZeros > pairs / 2) return "utf-16le";
    if (oddZeros === 0 && evenZeros > pairs / 2) return "utf-16be";
    return null;
  }
  try {
    // A character may be cut off at the end.
    new TextDecoder("utf-8", { fatal: true }).decode(sample, { stream: true });
    return "utf-8";
  } catch {
    return "windows-1252";
  }
}

/** The text as UTF-8 without its mark, in pieces. */
export async function* asUtf8(
  chunks: AsyncIterable<Uint8Array>,
  encoding: Encoding,
): AsyncGenerator<Uint8Array> {
  if (encoding === "utf-8") {
    let first = true;
    for await (const chunk of chunks) {
      const mark = first && chunk[0] === 0xef && chunk[1] === 0xbb && chunk[2] === 0xbf;
      yield mark ? chunk.subarray(3) : chunk;
      first = false;
    }
    return;
  }
  const decoder = new TextDecoder(encoding);
  for await (const chunk of chunks) yield Buffer.from(decoder.decode(chunk, { stream: true }), "utf8");
  yield Buffer.from(decoder.decode(), "utf8");
}
