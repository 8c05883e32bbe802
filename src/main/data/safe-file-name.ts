const MAX_BYTES = 120;
const FALLBACK = "backprop-lab";

// What Windows, macOS or Linux forbid in a name, and control characters.
const FORBIDDEN = /[\p{Cc}/\\:*?"<>|]+/gu;
// Marks that turn the writing direction or take no space: they let a name look like another one.
const INVISIBLE = /[\p{Cf}\p{Zl}\p{Zp}\u3164]/gu;
const LONE_SURROGATE = /\p{Surrogate}/gu;
const RESERVED = /^(con|prn|aux|nul|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/** A name (of a folder without extension) that every file system takes and that hides nothing, from whatever a run is called. */
export function safeFileName(suggested: string, extension: string | null): string {
  const clean = suggested
    .normalize("NFC")
    .replace(LONE_SURROGATE, "")
    .replace(INVISIBLE, "")
    .replace(FORBIDDEN, "-")
    .replace(new RegExp(extension === null ? "^$" : `\\.${extension}$`, "i"), "")
    .replace(/\s+/g, " ");
  const trimmed = trimEnds(firstBytes(trimEnds(clean), MAX_BYTES));
  const named = trimmed === "" ? FALLBACK : trimmed;
  return `${RESERVED.test(named) ? "_" : ""}${named}${extension === null ? "" : `.${extension}`}`;
}

/** No hidden files, no `..`, no trailing dot or space (Windows drops them). */
function trimEnds(name: string): string {
  return name.replace(/^[\s.-]+|[\s.-]+$/g, "");
}

/** As many whole characters as fit into `limit` bytes of UTF-8. */
function firstBytes(name: string, limit: number): string {
  let bytes = 0;
  let kept = "";
  for (const character of name) {
    bytes += Buffer.byteLength(character);
    if (bytes > limit) break;
    kept += character;
  }
  return kept;
}
