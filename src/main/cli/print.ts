import { inFileWords } from "../../shared/ipc/file-words.ts";
import { visibleText } from "../../shared/runs/visible-text.ts";
import { COMMAND_NAME } from "../place/command-name.ts";

// C1 controls act on a terminal like an escape, and JSON leaves them as they are.
const CONTROLS = /[\u007f-\u009f\u2028\u2029]/g;

/** Writes text for people to standard output: names come from bundles and files, and must not act on the terminal. */
export function print(text: string): void {
  process.stdout.write(visibleText(text, { lines: true }));
}

/** Writes JSON to standard output, one value over several lines or on one. */
export function printJson(value: unknown, { oneLine = false }: { readonly oneLine?: boolean } = {}): void {
  // JSON has no form for NaN and the infinities, and null would hide them.
  const inWords = (_key: string, entry: unknown): unknown =>
    typeof entry === "number" && !Number.isFinite(entry) ? String(entry) : entry;
  const text = JSON.stringify(value, inWords, oneLine ? 0 : 2);
  const escaped = text.replaceAll(
    CONTROLS,
    (mark) => `\\u${mark.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
  process.stdout.write(`${escaped}\n`);
}

/** Says something beside the results, on standard error. */
export function complain(text: string): void {
  process.stderr.write(`${visibleText(text, { lines: true })}\n`);
}

/** The same with the command's name before it, as for what went wrong or is to be known. */
export function warn(text: string): void {
  complain(`${COMMAND_NAME}: ${inFileWords(text)}`);
}
