import { statSync } from "node:fs";
import { app } from "electron";
import { COMMAND_NAMES } from "./cli/command-names.ts";
import { ownArguments, readStart } from "./place/start-wish.ts";

// One command for both: what it is started with decides between the window and the command line.
const appPath = app.getAppPath();
const wish = readStart(ownArguments(process.argv, { packaged: app.isPackaged, appPath }), {
  commands: COMMAND_NAMES,
  isFile: (path) => statSync(path, { throwIfNoEntry: false }) !== undefined,
});

if (wish.kind === "version") {
  process.stdout.write(
    `backprop-lab ${app.getVersion()} (Electron ${process.versions.electron}), MIT licence\n`,
  );
  process.exit(0);
} else if (wish.kind === "command") {
  // Awaited at the top level: Electron begins nothing that needs a display before this module has run.
  const { runProgram } = await import("./cli/run-program.ts");
  const place = { appPath, packagedIn: app.isPackaged ? process.resourcesPath : null };
  process.exit(await runProgram([process.execPath, "backprop-lab", ...wish.args], place));
} else if (hasDisplay()) {
  const { openApp } = await import("./index.ts");
  openApp(wish.files);
} else {
  // Chromium would end with a segmentation fault.
  process.stderr.write(
    "Backprop Lab opens a window, and there is no display here: neither DISPLAY nor WAYLAND_DISPLAY is set.\n" +
      "Start it in a desktop session, or use it without a window: backprop-lab --help lists the commands.\n",
  );
  process.exit(1);
}

function hasDisplay(): boolean {
  if (process.platform !== "linux") return true;
  const { DISPLAY = "", WAYLAND_DISPLAY = "" } = process.env;
  return DISPLAY !== "" || WAYLAND_DISPLAY !== "" || app.commandLine.hasSwitch("ozone-platform");
}
