import { SetupError } from "./setup-error.mjs";

const OLDEST = [20, 18];

/**
 * Stops on a Node too old for the tools, before any of them fails in a less obvious way.
 *
 * @param {string} [version]
 */
export function requireNode(version = process.versions.node) {
  const [major = 0, minor = 0] = version.split(".").map(Number);
  if (major > OLDEST[0] || (major === OLDEST[0] && minor >= OLDEST[1])) return;
  throw new SetupError(`Node ${version} is too old for Backprop Lab`, {
    answer: `expected Node ${OLDEST.join(".")} or newer, found ${version} at ${process.execPath}`,
    todo: "Install a current Node from https://nodejs.org (or with your version manager) and run the command again.",
  });
}
