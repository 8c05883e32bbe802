import { spawn } from "node:child_process";
import { signalExitCode } from "./run-main.mjs";

/**
 * What the app and the tests are told about the runtime by environment.
 *
 * @param {import("./runtime-record.mjs").RuntimeRecord} runtime
 * @returns {NodeJS.ProcessEnv}
 */
export function runtimeEnv(runtime) {
  const env = { ...process.env };
  // Inherited from a parent that runs Electron as Node, it would keep the window from opening.
  delete env["ELECTRON_RUN_AS_NODE"];
  delete env["BACKPROP_LAB_NATIVE_BINDING"];
  env["BACKPROP_LAB_RUNTIME_SOURCE"] = runtime.source;
  if (runtime.nativeBinding !== null) env["BACKPROP_LAB_NATIVE_BINDING"] = runtime.nativeBinding;
  return env;
}

/**
 * Runs a program in the foreground, passing signals on.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, shell?: boolean, onStdout?: ((line: string) => void) | undefined, onStderr?: (line: string) => void }} options
 *   With a listener the stream is read line by line; without, the program writes to ours.
 * @returns {Promise<number>} Exit code.
 */
export function launch(command, args, { cwd, env, shell = false, onStdout, onStderr } = {}) {
  return new Promise((resolve, reject) => {
    const child = spawn(command, args, {
      cwd,
      env,
      shell,
      stdio: [
        "inherit",
        onStdout === undefined ? "inherit" : "pipe",
        onStderr === undefined ? "inherit" : "pipe",
      ],
    });
    if (onStdout !== undefined && child.stdout !== null) readLines(child.stdout, onStdout);
    if (onStderr !== undefined && child.stderr !== null) readLines(child.stderr, onStderr);
    const signals = /** @type {const} */ (["SIGINT", "SIGTERM", "SIGHUP"]);
    // The script's own way out would leave the program behind: its end is ours instead.
    const earlier = signals.map((signal) => process.listeners(signal));
    /** @type {NodeJS.Signals | null} */
    let forwarded = null;
    const forwards = signals.map((signal, index) => {
      for (const listener of earlier[index]) process.off(signal, listener);
      const forward = () => {
        forwarded = signal;
        if (mustPassOn(signal)) child.kill(signal);
      };
      process.on(signal, forward);
      return forward;
    });
    child.once("error", (error) => {
      restore();
      reject(error);
    });
    child.once("close", (code, signal) => {
      restore();
      // An app that quits in good order when told to has still not finished what it was started for.
      const endedBy = signal ?? (code === 0 ? forwarded : null);
      resolve(endedBy === null ? (code ?? 1) : signalExitCode(endedBy));
    });

    function restore() {
      signals.forEach((signal, index) => {
        process.off(signal, forwards[index]);
        for (const listener of earlier[index]) process.on(signal, listener);
      });
    }
  });
}

/**
 * Windows' console tells Ctrl+C and its own closing to every program in it, and ending one there is at once and without
 * its handlers: the child has heard already, and keeps what it computed.
 *
 * @param {NodeJS.Signals} signal
 * @param {NodeJS.Platform} [platform]
 */
export const mustPassOn = (signal, platform = process.platform) =>
  platform !== "win32" || signal === "SIGTERM";

/** @param {NodeJS.ReadableStream} stream @param {(line: string) => void} onLine */
function readLines(stream, onLine) {
  let rest = "";
  stream.setEncoding("utf8");
  stream.on("data", (/** @type {string} */ chunk) => {
    const lines = (rest + chunk).split("\n");
    rest = lines.pop() ?? "";
    lines.forEach(onLine);
  });
  stream.on("end", () => {
    if (rest !== "") onLine(rest);
  });
}
