import path from "node:path";
import { fileURLToPath } from "node:url";

const projectDir = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");
const runtimeDir = path.join(projectDir, ".runtime");

/**
 * Where the set-up keeps things. Whatever is fetched or compiled lives in `.runtime/`, so that removing
 * that one folder is a full reset.
 */
export const projectPaths = {
  projectDir,
  runtimeDir,
  modulesDir: path.join(projectDir, "node_modules"),
  stampsDir: path.join(runtimeDir, "stamps"),
  downloadsDir: path.join(runtimeDir, "downloads"),
  runtimeFile: path.join(runtimeDir, "runtime.json"),
  lockFile: path.join(runtimeDir, "setup.lock"),
  mnistDir: path.join(projectDir, "resources", "data", "mnist"),
  outDir: path.join(projectDir, "out"),
  /** The page with the React that warns, for the end-to-end tests. */
  checkedPageDir: path.join(projectDir, ".cache", "checked-page"),
  demoDir: path.join(projectDir, "lab-demo"),
};
