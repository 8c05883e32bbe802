import fs from "node:fs";
import path from "node:path";
import { PNG } from "pngjs";
import { SetupError } from "../setup/setup-error.mjs";
import { fillResources } from "./app-contents.mjs";
import { setShippedFuses } from "./fuses.mjs";
import { icnsFile } from "./icon-containers.mjs";
import { appInfo, helperInfo, ICNS, infoText, parseInfo } from "./info-plist.mjs";
import { PROGRAM } from "./release-facts.mjs";
import { copyTree } from "./tree-files.mjs";

/** Where Electron lies in its distribution. */
const ELECTRON_APP = "Electron.app";

/**
 * Where a file of Electron's distribution goes, or undefined for what the app does without: its sample app, other
 * languages than English. Names with Electron's own get the app's, as Chromium looks for its helpers by it.
 *
 * @param {string} inside In the distribution, with forward slashes.
 * @param {string} productName
 */
export function macPlace(inside, productName) {
  if (inside !== ELECTRON_APP && !inside.startsWith(`${ELECTRON_APP}/`)) return undefined;
  if (/\/default_app\.asar$|\/electron\.icns$/.test(inside)) return undefined;
  if (/\/(?!en\.lproj)[\w-]+\.lproj(\/|$)/.test(inside)) return undefined;
  return inside
    .replace(/^Electron\.app/, `${productName}.app`)
    .replace(/\/MacOS\/Electron$/, `/MacOS/${productName}`)
    .replaceAll(/\/Electron Helper(?= |\.app|$)/g, `/${productName} Helper`);
}

/**
 * Makes the app for macOS; it is signed afterwards.
 *
 * @param {import("./app-contents.mjs").AppParts} parts
 * @returns {Promise<string>} The .app folder, in `appDir`.
 */
export async function makeMacApp(parts) {
  const { projectDir, appDir, runtime, facts } = parts;
  const { productName } = facts;
  const binary = runtime.electronPath.replaceAll("\\", "/");
  if (!binary.endsWith(`/${ELECTRON_APP}/Contents/MacOS/Electron`)) {
    throw new SetupError("This Electron is not laid out as one of macOS", {
      tried: [runtime.electronPath],
      answer: `the program of a distribution is in ${ELECTRON_APP}/Contents/MacOS`,
      todo: "Let ELECTRON_OVERRIDE_DIST_PATH name an unpacked official release, or unset it.",
    });
  }
  const electronDir = path.resolve(runtime.electronPath, "..", "..", "..", "..");
  fs.rmSync(appDir, { recursive: true, force: true });
  copyTree(electronDir, appDir, (inside) => macPlace(inside, productName));
  const app = path.join(appDir, `${productName}.app`);
  const contents = path.join(app, "Contents");
  const resourcesDir = path.join(contents, "Resources");
  const hash = await fillResources({ ...parts, resourcesDir, electronDir });
  const picture = PNG.sync.read(fs.readFileSync(path.join(projectDir, "resources", "icon.png")));
  fs.writeFileSync(path.join(resourcesDir, ICNS), icnsFile(picture));
  fs.copyFileSync(path.join(projectDir, "packaging", "macos", PROGRAM), path.join(resourcesDir, PROGRAM));
  fs.chmodSync(path.join(resourcesDir, PROGRAM), 0o755);
  rewriteInfo(contents, (info) => appInfo(info, { facts, asarHash: hash }));
  const frameworks = path.join(contents, "Frameworks");
  for (const name of fs.readdirSync(frameworks).filter((entry) => / Helper.*\.app$/.test(entry))) {
    rewriteInfo(path.join(frameworks, name, "Contents"), (info) =>
      helperInfo(info, { name: name.slice(0, -".app".length), facts }),
    );
  }
  await setShippedFuses(app);
  return app;
}

/** @param {string} contents @param {(info: import("./info-plist.mjs").Info) => import("./info-plist.mjs").Info} change */
function rewriteInfo(contents, change) {
  const file = path.join(contents, "Info.plist");
  fs.writeFileSync(file, infoText(change(parseInfo(fs.readFileSync(file, "utf8")))));
}
