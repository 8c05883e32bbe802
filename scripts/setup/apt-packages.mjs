/**
 * What Electron needs of a Debian or Ubuntu system; where a package was renamed (64-bit time_t, 2024) the
 * newer name comes first.
 */
export const LIBRARY_PACKAGES = [
  ["libgtk-3-0t64", "libgtk-3-0"],
  ["libnss3"],
  ["libasound2t64", "libasound2"],
  ["libgbm1"],
  ["libxss1"],
  ["libatk-bridge2.0-0t64", "libatk-bridge2.0-0"],
  ["libcups2t64", "libcups2"],
];
export const DISPLAY_PACKAGES = [["xvfb"]];
export const FONT_PACKAGES = [["fonts-dejavu", "fonts-dejavu-core"]];
export const COMPILER_PACKAGES = [["g++"], ["make"], ["python3"]];

/**
 * Picks from each group of alternative names the first one this system can install.
 *
 * @param {readonly (readonly string[])[]} groups
 * @param {string} policy What `apt-cache policy` (in the C locale) prints about all the names.
 * @returns {string[]} A group of which nothing is known yields its last, oldest name: apt then says why not.
 */
export function choosePackages(groups, policy) {
  const candidates = new Map();
  let name = "";
  for (const line of policy.split("\n")) {
    const heading = /^(\S+):$/.exec(line);
    if (heading !== null) name = heading[1].replace(/:[a-z0-9]+$/, "");
    const candidate = /^ {2}Candidate: (.+)$/.exec(line);
    if (candidate !== null) candidates.set(name, candidate[1] !== "(none)");
  }
  return groups.map(
    (names) => names.find((option) => candidates.get(option) === true) ?? names[names.length - 1],
  );
}
