import { makeAppFolder } from "./app-folder.mjs";
import { makeMacApp } from "./mac-app.mjs";
import { signMacApp } from "./mac-signing.mjs";
import { makeWindowsApp } from "./windows-app.mjs";
import { packZip } from "./zip-archive.mjs";

/**
 * Makes the app's folder as this system wants it; on macOS signed.
 *
 * @param {import("./app-contents.mjs").AppParts} parts
 * @param {NodeJS.Platform} platform
 * @returns {Promise<string | null>} What there is to say of it.
 */
export async function makeApp(parts, platform) {
  if (platform === "win32") {
    await makeWindowsApp(parts);
    return "The program is not signed: Windows warns whoever downloads it";
  }
  if (platform === "darwin") {
    const app = await makeMacApp(parts);
    const zip = (/** @type {string} */ archive) =>
      packZip({ dir: app, archive, epochS: parts.facts.epochS, level: 1 });
    return signMacApp({ app, projectDir: parts.projectDir, zip });
  }
  await makeAppFolder(parts);
  return null;
}
