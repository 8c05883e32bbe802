import { spawn } from "node:child_process";

/**
 * @typedef {object} CommandResult
 * @property {number | null} code Exit code, or null when the command was not found or died by a signal.
 * @property {string} stdout
 * @property {string} stderr
 * @property {string} answer The last lines of both streams, for error messages.
 */

/**
 * Runs a command to its end and collects what it prints.
 *
 * @param {string} command
 * @param {readonly string[]} args
 * @param {{ cwd?: string, env?: NodeJS.ProcessEnv, timeoutMs?: number, shell?: boolean }} [options]
 * @returns {Promise<CommandResult>}
 */
export function runCommand(command, args, { cwd, env, timeoutMs, shell = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, {
      cwd,
      env,
      shell,
      stdio: ["ignore", "pipe", "pipe"],
      windowsHide: true,
    });
    // An npm or a compiler left behind would write into what the next set-up is about to prepare.
    const stopChild = () => void child.kill();
    process.once("exit", stopChild);
    let stdout = "";
    let stderr = "";
    let timedOut = false;
    const timer =
      timeoutMs === undefined
        ? undefined
        : setTimeout(() => {
            timedOut = true;
            child.kill("SIGKILL");
          }, timeoutMs);
    child.stdout.setEncoding("utf8").on("data", (chunk) => (stdout += chunk));
    child.stderr.setEncoding("utf8").on("data", (chunk) => (stderr += chunk));
    child.on("error", (error) => finish(null, error.message));
    child.on("close", (code, signal) => {
      if (timedOut) finish(null, `no end within ${String(timeoutMs)} ms`);
      else finish(code, signal === null ? "" : `ended by ${signal}`);
    });

    /** @param {number | null} code @param {string} note */
    function finish(code, note) {
      clearTimeout(timer);
      process.off("exit", stopChild);
      const tail = `${stdout}\n${stderr}\n${note}`.trim().split("\n").slice(-12).join("\n");
      resolve({ code, stdout, stderr, answer: tail });
    }
  });
}
