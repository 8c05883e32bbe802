import fs from "node:fs";
import path from "node:path";

/**
 * @typedef {Record<string, {
 *   version?: string, license?: string, dependencies?: Record<string, string>,
 *   optionalDependencies?: Record<string, string>, peerDependencies?: Record<string, string>,
 *   peerDependenciesMeta?: Record<string, { optional?: boolean }>,
 * }>} LockedPackages
 */

/**
 * The packages that an installed app holds: those that its files ask for at run time, with all that these need, and
 * those whose code was bundled into its files.
 *
 * @param {string} projectDir With `out`, built.
 * @returns {{ loaded: string[], bundled: string[], locked: LockedPackages }} Places as the lock file names them.
 */
export function shippedPackages(projectDir) {
  const read = (/** @type {string} */ name) =>
    JSON.parse(fs.readFileSync(path.join(projectDir, name), "utf8"));
  /** @type {LockedPackages} */
  const locked = read("package-lock.json").packages;
  const texts = builtTexts(path.join(projectDir, "out", "main"));
  const names = Object.keys(read("package.json").dependencies);
  const asked = names.filter((name) => asksFor(texts, name)).map((name) => `node_modules/${name}`);
  const listDir = path.join(projectDir, "out", "packages");
  const bundled = fs
    .readdirSync(listDir)
    .flatMap((file) => JSON.parse(fs.readFileSync(path.join(listDir, file), "utf8")));
  return {
    // Of optional ones, those for this system were installed.
    loaded: withDependencies(locked, asked).filter((place) => fs.existsSync(path.join(projectDir, place))),
    bundled: [...new Set(bundled)].filter((place) => locked[place] !== undefined).sort(),
    locked,
  };
}

/**
 * Packages with everything that they need when they run, peers included.
 *
 * @param {LockedPackages} locked
 * @param {readonly string[]} roots
 */
export function withDependencies(locked, roots) {
  const found = new Set();
  const waiting = [...roots];
  for (let place = waiting.pop(); place !== undefined; place = waiting.pop()) {
    if (found.has(place)) continue;
    found.add(place);
    const {
      dependencies,
      optionalDependencies,
      peerDependencies = {},
      peerDependenciesMeta,
    } = locked[place] ?? {};
    const peers = Object.keys(peerDependencies).filter(
      (name) => peerDependenciesMeta?.[name]?.optional !== true,
    );
    const wanted = [...Object.keys({ ...dependencies, ...optionalDependencies }), ...peers];
    for (const name of wanted.filter((one) => !one.startsWith("@types/"))) {
      const inner = placeOf(locked, place, name);
      if (inner !== undefined) waiting.push(inner);
    }
  }
  return [...found].sort();
}

/**
 * Where Node finds a package that another one asks for: in its own node_modules, or in one above.
 *
 * @param {LockedPackages} locked @param {string} from @param {string} name
 */
function placeOf(locked, from, name) {
  for (let folder = from; ;) {
    const place = folder === "" ? `node_modules/${name}` : `${folder}/node_modules/${name}`;
    if (locked[place] !== undefined) return place;
    if (folder === "") return undefined;
    const above = folder.lastIndexOf("/node_modules/");
    folder = above < 0 ? "" : folder.slice(0, above);
  }
}

/** @param {string} text @param {string} name */
const asksFor = (text, name) =>
  [`"${name}"`, `"${name}/`, `'${name}'`].some((quoted) => text.includes(quoted));

/** @param {string} dir */
function builtTexts(dir) {
  return fs
    .readdirSync(dir, { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".js"))
    .map((name) => fs.readFileSync(path.join(dir, name), "utf8"))
    .join("\n");
}
