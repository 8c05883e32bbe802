import fs from "node:fs";
import path from "node:path";
import { PNG } from "pngjs";
import { fillResources } from "./app-contents.mjs";
import { isNeeded } from "./app-folder.mjs";
import { setShippedFuses } from "./fuses.mjs";
import { icoFile } from "./icon-containers.mjs";
import { PROGRAM } from "./release-facts.mjs";
import { copyTree } from "./tree-files.mjs";
import { brandedProgram } from "./windows-program.mjs";

/**
 * Makes the folder of the app for Windows: the program, and beside it a command for the terminal.
 *
 * @param {import("./app-contents.mjs").AppParts} parts
 */
export async function makeWindowsApp(parts) {
  const { projectDir, appDir, runtime, facts } = parts;
  const electronDir = path.dirname(runtime.electronPath);
  const fileName = `${facts.productName}.exe`;
  fs.rmSync(appDir, { recursive: true, force: true });
  copyTree(electronDir, appDir, (inside) => {
    if (!isNeeded(inside)) return undefined;
    return inside === path.basename(runtime.electronPath) ? fileName : inside;
  });
  const resourcesDir = path.join(appDir, "resources");
  const asarHash = await fillResources({ ...parts, resourcesDir, electronDir });
  const picture = PNG.sync.read(fs.readFileSync(path.join(projectDir, "resources", "icon.png")));
  const program = path.join(appDir, fileName);
  const branded = brandedProgram(fs.readFileSync(program), {
    facts,
    ico: icoFile(picture),
    asarHash,
    fileName,
  });
  fs.writeFileSync(program, branded);
  await setShippedFuses(program);
  const command = fs.readFileSync(path.join(projectDir, "packaging", "windows", `${PROGRAM}.cmd`), "utf8");
  fs.writeFileSync(path.join(appDir, `${PROGRAM}.cmd`), command.replaceAll(/\r?\n/g, "\r\n"));
}
