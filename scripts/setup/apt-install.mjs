import { choosePackages } from "./apt-packages.mjs";
import { runCommand } from "./run-command.mjs";
import { SetupError } from "./setup-error.mjs";

const aptEnv = { ...process.env, LC_ALL: "C", DEBIAN_FRONTEND: "noninteractive" };

/**
 * Installs system packages when that is ours to do (root, with apt), saying so; otherwise stops with the
 * exact command to type.
 *
 * @param {{ reason: string, groups: readonly (readonly string[])[], report: import("./report.mjs").Report }} request
 */
export async function aptInstall({ reason, groups, report }) {
  const hasApt = process.platform === "linux" && (await runCommand("apt-get", ["--version"])).code === 0;
  if (!hasApt) {
    const names = groups.map((names) => names.join(" or ")).join(", ");
    throw new SetupError(reason, {
      tried: ["apt-get, which this system does not have"],
      todo: `Install, with this system's own package manager, what Debian calls: ${names}. Then run the command again.`,
    });
  }
  if (process.getuid?.() !== 0) {
    const packages = await availableNames(groups);
    throw new SetupError(reason, {
      tried: ["installing them, which needs root"],
      todo: `sudo apt-get update && sudo apt-get install --no-install-recommends -y ${packages.join(" ")}\nThen run the command again.`,
    });
  }
  report.say(`${reason}\nInstalling with apt-get, as root`);
  const update = await runCommand("apt-get", ["update"], { env: aptEnv });
  const packages = await availableNames(groups);
  report.say(`  apt-get install --no-install-recommends -y ${packages.join(" ")}`);
  const install = await runCommand("apt-get", ["install", "--no-install-recommends", "-y", ...packages], {
    env: aptEnv,
  });
  if (install.code === 0) return;
  throw new SetupError(reason, {
    tried: [
      `apt-get update (exit code ${String(update.code)})`,
      `apt-get install --no-install-recommends -y ${packages.join(" ")}`,
    ],
    answer: update.code === 0 ? install.answer : `${update.answer}\n${install.answer}`,
    todo: "Check the network and the apt sources, or install these packages by hand. Then run the command again.",
  });
}

/** @param {readonly (readonly string[])[]} groups */
async function availableNames(groups) {
  const { stdout } = await runCommand("apt-cache", ["policy", ...groups.flat()], { env: aptEnv });
  return choosePackages(groups, stdout);
}
