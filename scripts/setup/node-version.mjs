import { SetupError } from "./setup-error.mjs";

/** What the build's tools take: these of the even versions, and everything after the last. */
const OLDEST = [
  [20, 19],
  [22, 12],
];

/**
 * Stops on a Node too old for the tools, before any of them fails in a less obvious way.
 *
 * @param {string} [version]
 */
export function requireNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  const last = OLDEST.at(-1)?.[0] ?? 0;
  if (major > last || OLDEST.some(([oldest, from = 0]) => major === oldest && minor >= from)) return;
  throw new SetupError(`Node ${version} is too old for Backprop Lab`, {
    answer: `expected Node 20.19, 22.12 or newer, found ${version} at ${process.execPath}`,
    todo: "Install a current Node from https://nodejs.org (or with your version manager) and run the command again.",
  });
}
