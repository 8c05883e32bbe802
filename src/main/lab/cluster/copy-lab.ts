import { existsSync, readFileSync } from "node:fs";
import { chmod, copyFile, cp, readdir, stat, writeFile } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import * as v from "valibot";
import { makeFolder } from "../../data/make-folder.ts";
import { ContractError } from "../../../core/errors.ts";

/** What a task starts: the command line, workers, the thread that writes bundles, the trial of the compiler. */
const ENTRIES = ["lab.js", "worker.js", "store-thread.js", "compile-kernels.js"];

const packageSchema = v.object({ dependencies: v.optional(v.record(v.string(), v.string()), {}) });
const ownPackageSchema = v.object({ name: v.string(), productName: v.string(), version: v.string() });

/** Of a package, what no program reads; of SQLite, its source and what is for other systems than a compute node's. */
const LEFT_OUT =
  /\.(map|md|markdown|ts|cts|mts|flow)$|(^|\/)(docs?|tests?|examples?|benchmarks?|\.github)\/|^better-sqlite3\/(deps|src)\/|prebuilds\/(darwin|win32|linuxmusl)/;

/** The modules that a built one imports, at once or later, as they stand in its text. */
export function importedBy(text: string): readonly string[] {
  const early = text.matchAll(/^(?:import|export)\b(?:[^"';]*?\bfrom)?\s*["']([^"']+)["']/gm);
  const late = text.matchAll(/\bimport\(\s*["'`]([^"'`$]+)["'`]\s*\)/g);
  return [...early, ...late].flatMap(([, name]) => (name === undefined ? [] : [name]));
}

/** "@scope/name/part" is a file of the package "@scope/name". */
const packageOf = (specifier: string): string =>
  specifier
    .split("/")
    .slice(0, specifier.startsWith("@") ? 2 : 1)
    .join("/");

/** Built files that the entries need, and packages that these import. */
function reachable(mainDir: string): {
  readonly files: readonly string[];
  readonly packages: readonly string[];
} {
  const files = new Set(ENTRIES);
  const packages = new Set<string>();
  // A set hands out what is added while it is gone through.
  for (const file of files) {
    for (const specifier of importedBy(readFileSync(join(mainDir, file), "utf8"))) {
      if (specifier.startsWith(".")) {
        const imported = join(dirname(file), specifier);
        // A library's own text may name files that are none of the lab's.
        if (existsSync(join(mainDir, imported))) files.add(imported);
      }
      if (/^[@a-z]/.test(specifier) && !specifier.startsWith("node:")) packages.add(packageOf(specifier));
    }
  }
  return { files: [...files], packages: [...packages] };
}

/** The folder of a package as the one in `from` finds it; null for one that is optional and was not installed. */
function findPackage(name: string, from: string, root: string): string | null {
  for (let folder = from; ; folder = dirname(folder)) {
    const candidate = join(folder, "node_modules", name);
    if (existsSync(join(candidate, "package.json"))) return candidate;
    if (folder === root || folder === dirname(folder)) return null;
  }
}

/** Folders of packages and of all that they depend on. */
function packageFolders(names: readonly string[], root: string): ReadonlySet<string> {
  const folders = new Set<string>();
  const add = (name: string, from: string): void => {
    const folder = findPackage(name, from, root);
    if (folder === null || folders.has(folder)) return;
    folders.add(folder);
    const { dependencies } = v.parse(
      packageSchema,
      JSON.parse(readFileSync(join(folder, "package.json"), "utf8")),
    );
    for (const dependency of Object.keys(dependencies)) {
      // Needed to build SQLite, never to load it.
      if (dependency !== "node-addon-api") add(dependency, folder);
    }
  };
  for (const name of names) add(name, root);
  return folders;
}

/**
 * Copies what a compute node needs of the lab: its built files, the packages they load, the data. A later update of the
 * lab then changes no sweep that waits, and nothing needs to be installed on a node but Node.
 *
 * @param place.appPath Holds out/main, package.json and node_modules.
 * @throws {ContractError} If the lab is not built.
 */
export async function copyLab(place: {
  readonly appPath: string;
  readonly resourcesDir: string;
  readonly to: string;
  /** Whether MNIST comes along. */
  readonly mnist: boolean;
}): Promise<void> {
  const { appPath, resourcesDir, to, mnist } = place;
  const mainDir = join(appPath, "out", "main");
  if (!existsSync(join(mainDir, "lab.js"))) {
    throw new ContractError(`There is no built lab in ${mainDir}: run "npm run build" first`);
  }
  const { files, packages } = reachable(mainDir);
  makeFolder(join(to, "resources"));
  for (const file of files) {
    const target = join(to, "out", "main", file);
    makeFolder(dirname(target));
    await copyFile(join(mainDir, file), target);
  }
  const folders = packageFolders(packages, appPath);
  for (const folder of folders) {
    const target = join(to, relative(appPath, folder));
    await cp(folder, target, {
      recursive: true,
      dereference: true,
      filter: (source) => {
        const inside = relative(folder, source).split(sep).join("/");
        // Packages within a package are those that it asks for by name.
        if (inside === "node_modules" || inside.startsWith("node_modules/")) return false;
        return !LEFT_OUT.test(`${basename(folder)}/${inside}`);
      },
    });
    // Its own packages may have to go into it.
    await makeRemovable(target);
  }
  if (mnist) await cp(join(resourcesDir, "data"), join(to, "resources", "data"), { recursive: true });
  const own = v.parse(ownPackageSchema, JSON.parse(readFileSync(join(appPath, "package.json"), "utf8")));
  await writeFile(join(to, "package.json"), JSON.stringify({ ...own, type: "module", private: true }));
  await makeRemovable(to);
}

/** Copies of a read-only installation are as read-only as it is: whoever made the sweep could not delete its folder. */
async function makeRemovable(folder: string): Promise<void> {
  const { mode } = await stat(folder);
  await chmod(folder, mode | 0o700);
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) await makeRemovable(join(folder, entry.name));
  }
}
