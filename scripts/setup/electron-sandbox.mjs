import fs from "node:fs";
import path from "node:path";
import { SetupError } from "./setup-error.mjs";

/**
 * The flags a window needs on this machine. Chromium's sandbox stays on, except for root, whom it refuses;
 * where the system forbids it to everybody, stops with the command that allows it.
 *
 * @param {string} electronPath
 * @param {import("./report.mjs").Report} report
 * @returns {string[]}
 */
export function sandboxFlags(electronPath, report) {
  if (process.platform !== "linux") return [];
  if (process.getuid?.() === 0) {
    report.say("Running as root, for whom Chromium has no sandbox: starting with --no-sandbox");
    return ["--no-sandbox"];
  }
  const helper = path.join(path.dirname(electronPath), "chrome-sandbox");
  const stat = fs.statSync(helper, { throwIfNoEntry: false });
  const helperReady = stat !== undefined && stat.uid === 0 && (stat.mode & 0o4755) === 0o4755;
  if (helperReady || namespacesAllowed()) return [];
  throw new SetupError("This system does not let Chromium build its sandbox", {
    tried: [
      "unprivileged user namespaces, which the kernel's settings forbid",
      `${helper}, which is not root's with mode 4755`,
    ],
    todo: `sudo chown root:root "${helper}" && sudo chmod 4755 "${helper}"\nThen run the command again.`,
  });
}

function namespacesAllowed() {
  return (
    kernelSetting("kernel/apparmor_restrict_unprivileged_userns") !== "1" &&
    kernelSetting("kernel/unprivileged_userns_clone") !== "0" &&
    kernelSetting("user/max_user_namespaces") !== "0"
  );
}

/** @param {string} name */
function kernelSetting(name) {
  try {
    return fs.readFileSync(path.join("/proc/sys", name), "utf8").trim();
  } catch {
    return undefined;
  }
}
