import { spawn } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { SetupError } from "./setup-error.mjs";

/** Whether a window can be shown: always on macOS and Windows, on Linux with X or Wayland. */
export function displayAvailable() {
  if (process.platform !== "linux") return true;
  return (process.env["DISPLAY"] ?? "") !== "" || (process.env["WAYLAND_DISPLAY"] ?? "") !== "";
}

/**
 * The first program of this name on the path. Windows adds the endings that PATHEXT names.
 *
 * @param {string} name
 * @param {{ platform?: NodeJS.Platform, env?: NodeJS.ProcessEnv }} [system]
 */
export function programOnPath(name, { platform = process.platform, env = process.env } = {}) {
  const windows = platform === "win32";
  const endings = windows ? ["", ...(env["PATHEXT"] ?? ".COM;.EXE;.BAT;.CMD").split(";")] : [""];
  for (const dir of (env["PATH"] ?? env["Path"] ?? "").split(windows ? ";" : path.delimiter)) {
    if (dir === "") continue;
    for (const ending of endings) {
      const file = path.join(dir, `${name}${ending}`);
      if (fs.existsSync(file)) return file;
    }
  }
  return undefined;
}

/**
 * Starts a virtual display. Xvfb itself picks a free number and reports it, so two may start at once.
 *
 * @returns {Promise<{ display: string, stop: () => void }>}
 */
export function startVirtualDisplay() {
  const args = ["-displayfd", "3", "-screen", "0", "1600x1000x24", "-nolisten", "tcp", "-noreset"];
  const server = spawn("Xvfb", args, { stdio: ["ignore", "ignore", "pipe", "pipe"] });
  let complaints = "";
  server.stderr?.setEncoding("utf8").on("data", (chunk) => (complaints += chunk));
  const stop = () => {
    server.kill("SIGTERM");
  };
  process.once("exit", stop);
  return new Promise((resolve, reject) => {
    const fail = (/** @type {string} */ answer) => {
      stop();
      reject(
        new SetupError("The virtual display could not be started", {
          tried: [`Xvfb ${args.join(" ")}`],
          answer,
          todo: "Run Xvfb by hand to see what it lacks, or set DISPLAY to a running X server.",
        }),
      );
    };
    const timer = setTimeout(() => fail(`no display number within 15 s\n${complaints}`), 15_000);
    server.once("error", (error) => fail(error.message));
    server.once("exit", (code) => fail(`exit code ${String(code)}\n${complaints}`));
    let number = "";
    server.stdio[3]?.on("data", (/** @type {Buffer} */ chunk) => {
      number += chunk.toString();
      if (!number.includes("\n")) return;
      clearTimeout(timer);
      server.removeAllListeners("exit");
      // The program's life must not hang on the display's.
      server.unref();
      resolve({ display: `:${number.trim()}`, stop });
    });
  });
}
