import { flipFuses, FuseV1Options, FuseVersion, getCurrentFuseWire } from "@electron/fuses";
import { SetupError } from "../setup/setup-error.mjs";

/** How an installed app's runtime is set, by the names of Electron's fuses. */
export const SHIPPED_FUSES = /** @type {const} */ ({
  // Commands run in the app's own main module: nothing needs Electron as Node, and nobody may have it.
  RunAsNode: false,
  EnableNodeOptionsEnvironmentVariable: false,
  EnableNodeCliInspectArguments: false,
  OnlyLoadAppFromAsar: true,
  // On macOS and Windows; Linux ignores it, there files that only root can write are the protection.
  EnableEmbeddedAsarIntegrityValidation: true,
  // The app has no start-up snapshot of its own.
  LoadBrowserProcessSpecificV8Snapshot: false,
  // Its pages come from app://.
  GrantFileProtocolExtraPrivileges: false,
  // No cookies; it would ask for the keychain.
  EnableCookieEncryption: false,
});

/** @param {string} binary The runtime, or the .app folder on macOS, which must be signed again afterwards. */
export async function setShippedFuses(binary) {
  /** @type {Record<string, boolean>} */
  const options = {};
  for (const [name, on] of entriesOf(SHIPPED_FUSES)) options[FuseV1Options[name]] = on;
  await flipFuses(binary, { version: FuseVersion.V1, ...options });
  const wrong = Object.entries(await readFuses(binary)).filter(
    ([name, state]) =>
      state !== (SHIPPED_FUSES[/** @type {keyof typeof SHIPPED_FUSES} */ (name)] ? "on" : "off"),
  );
  if (wrong.length > 0) {
    throw new SetupError("The runtime's fuses are not as an installed app needs them", {
      tried: [`setting the fuses of ${binary} and reading them back`],
      answer: wrong.map(([name, state]) => `${name} is ${state}`).join("\n"),
      todo: "Use an Electron that has these fuses (33 or newer) and run the command again.",
    });
  }
}

/**
 * What stands in the binary.
 *
 * @param {string} binary
 * @returns {Promise<Record<string, "on" | "off" | "missing">>}
 */
export async function readFuses(binary) {
  const wire = await getCurrentFuseWire(binary);
  return Object.fromEntries(
    entriesOf(SHIPPED_FUSES).map(([name]) => {
      // The bytes in the binary are digits; the package does not export their names.
      const state = String.fromCharCode(Number(wire[FuseV1Options[name]] ?? 0));
      return [name, state === "1" ? "on" : state === "0" ? "off" : "missing"];
    }),
  );
}

/** @template {object} T @param {T} object */
const entriesOf = (object) => /** @type {[keyof T, T[keyof T]][]} */ (Object.entries(object));
