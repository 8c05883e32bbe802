import { describe, showBytes } from "../shapes.ts";
import type { SourceLine } from "../tensor-node.ts";
import type { Lowered } from "./lowered.ts";

/** How many of the largest tensors are listed. */
const LISTED = 5;

const showLine = (line: SourceLine | null): string =>
  line === null ? "" : `, cell ${line.cell}, line ${line.line}`;

/**
 * Why a program does not fit, with its largest tensors and where they come from; null where it fits. Found before
 * anything is allocated.
 */
export function memoryProblem(
  { buffers, bytes }: Lowered,
  { limitBytes, heldBytes }: { readonly limitBytes: number; readonly heldBytes: number },
): string | null {
  if (heldBytes + bytes <= limitBytes) return null;
  const largest = buffers
    .filter(({ node }) => node !== null)
    .toSorted((a, b) => b.bytes - a.bytes)
    .slice(0, LISTED)
    .map(({ node, bytes: size }) =>
      node === null ? "" : `${describe(node)} of .${node.label}(), ${showBytes(size)}${showLine(node.line)}`,
    );
  return (
    `Out of tensor memory: ${showBytes(bytes)} more are needed, ${showBytes(heldBytes)} of ${showBytes(limitBytes)} are taken. ` +
    `The largest: ${largest.join("; ")}. Work on fewer rows, or let go of tensors that are not needed.`
  );
}
