const COMPLAINT =
  /(^|[\s:])(fatal error|error|undefined reference|cannot find|No such file|not found)\b|gyp ERR! (stack|find)/i;
const MOST = 12;

/**
 * What a build complained of first: the compiler's own errors, each with the line of code that follows it. The last
 * lines of a build only say that it failed.
 *
 * @param {string} output
 * @returns {string} Empty when nothing in it looks like an error.
 */
export function compilerComplaints(output) {
  const lines = output.split("\n").map((line) => line.trimEnd());
  const shown = new Set();
  for (const [at, line] of lines.entries()) {
    if (shown.size >= MOST) break;
    if (!COMPLAINT.test(line)) continue;
    shown.add(at);
    // The code, and the mark under it.
    if (/^\s*\d+ \|/.test(lines[at + 1] ?? "")) shown.add(at + 1);
  }
  return [...shown].map((at) => lines[at]).join("\n");
}
