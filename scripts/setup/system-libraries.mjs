import fs from "node:fs";
import path from "node:path";
import { aptInstall } from "./apt-install.mjs";
import { DISPLAY_PACKAGES, FONT_PACKAGES, LIBRARY_PACKAGES } from "./apt-packages.mjs";
import { displayAvailable, programOnPath } from "./display.mjs";
import { projectPaths } from "./project-paths.mjs";
import { runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";
import { fileIdentity, openStamp } from "./stamp.mjs";

/**
 * Makes sure that Linux has what Electron's window needs: shared libraries, a font, and a virtual display
 * where there is no real one. macOS and Windows bring all of it.
 *
 * @param {string} electronPath
 * @param {import("./report.mjs").Report} report
 */
export async function ensureSystemLibraries(electronPath, report) {
  if (process.platform !== "linux") return;
  const stamp = openStamp("system-libraries");
  if (stamp.matches(resolvedNow(electronPath))) return;

  const found = await inspect(electronPath);
  const groups = [
    ...(found.missing.length > 0 ? LIBRARY_PACKAGES : []),
    ...(found.display ? [] : DISPLAY_PACKAGES),
    ...(found.font ? [] : FONT_PACKAGES),
  ];
  if (groups.length > 0) {
    const lacks = [
      ...found.missing,
      ...(found.display ? [] : ["a display (neither a screen nor Xvfb)"]),
      ...(found.font ? [] : ["a font"]),
    ];
    const reason = `Electron's window needs parts that this system lacks: ${lacks.join(", ")}`;
    await aptInstall({ reason, groups, report });
    const after = await inspect(electronPath);
    if (after.missing.length > 0 || !after.display) {
      throw new SetupError(reason, {
        tried: ["apt-get install of the packages named above, which succeeded"],
        answer: `still missing: ${[...after.missing, ...(after.display ? [] : ["Xvfb"])].join(", ")}`,
        todo: "Find the packages that hold these (apt-file search NAME) and install them. Then run the command again.",
      });
    }
    found.libraries = after.libraries;
  }
  fs.mkdirSync(path.dirname(librariesFile()), { recursive: true });
  fs.writeFileSync(librariesFile(), JSON.stringify(found.libraries));
  stamp.write(resolvedNow(electronPath));
}

/**
 * The libraries `ldd` reports, told apart.
 *
 * @param {string} output
 */
export function readLdd(output) {
  const missing = [];
  const libraries = [];
  for (const line of output.split("\n")) {
    const absent = /^\s*(\S+) => not found/.exec(line);
    if (absent !== null) missing.push(absent[1]);
    const present = /^\s*\S+ => (\/\S+) \(/.exec(line);
    if (present !== null) libraries.push(present[1]);
  }
  return { missing: [...new Set(missing)], libraries };
}

/** @param {string} electronPath */
async function inspect(electronPath) {
  const { code, stdout, answer } = await runCommand("ldd", [electronPath], {
    env: { ...process.env, LC_ALL: "C" },
  });
  if (code !== 0) {
    throw new SetupError("The libraries Electron needs could not be listed", {
      tried: [`ldd ${electronPath}`],
      answer,
      todo: "Install ldd (Debian: libc-bin). On a system without glibc (Alpine) Electron does not run.",
    });
  }
  const display = displayAvailable() || programOnPath("Xvfb") !== undefined;
  return { ...readLdd(stdout), display, font: await hasFont() };
}

async function hasFont() {
  const listed = await runCommand("fc-list", []);
  if (listed.code === 0) return listed.stdout.trim() !== "";
  const home = process.env["HOME"] ?? "/";
  return [
    "/usr/share/fonts",
    "/usr/local/share/fonts",
    path.join(home, ".fonts"),
    path.join(home, ".local/share/fonts"),
  ].some((dir) => fs.existsSync(dir) && fs.readdirSync(dir).length > 0);
}

/**
 * What must hold for an earlier inspection to stand: the same binary, every library where it was found,
 * and a display.
 *
 * @param {string} electronPath
 */
function resolvedNow(electronPath) {
  /** @type {string[]} */
  let libraries;
  try {
    libraries = JSON.parse(fs.readFileSync(librariesFile(), "utf8"));
  } catch {
    return "never inspected";
  }
  const gone = libraries.filter((file) => !fs.existsSync(file));
  const display = displayAvailable() || programOnPath("Xvfb") !== undefined;
  return JSON.stringify({ electron: fileIdentity(electronPath), gone, display });
}

function librariesFile() {
  return path.join(projectPaths.stampsDir, "system-libraries.json");
}
