import path from "node:path";
import { runTool } from "./tar-archive.mjs";

/**
 * How the app is to be signed, as whoever holds a key says by environment: BACKPROP_LAB_SIGN_IDENTITY names a
 * certificate ("Developer ID Application: …"), BACKPROP_LAB_NOTARY_PROFILE what `xcrun notarytool store-credentials`
 * has kept. Without a certificate the signature is ad hoc, which Apple silicon asks for and which names nobody.
 *
 * @param {NodeJS.ProcessEnv} env
 */
export function signingWish(env) {
  const identity = env["BACKPROP_LAB_SIGN_IDENTITY"] ?? "";
  const profile = env["BACKPROP_LAB_NOTARY_PROFILE"] ?? "";
  if (identity === "") {
    return {
      identity: "-",
      notaryProfile: null,
      said: "Signed ad hoc: on another Mac it opens only after its owner allows it. BACKPROP_LAB_SIGN_IDENTITY names a certificate.",
    };
  }
  if (profile === "") {
    return {
      identity,
      notaryProfile: null,
      said: `Signed by ${identity}, not notarised: BACKPROP_LAB_NOTARY_PROFILE names a profile of notarytool`,
    };
  }
  return { identity, notaryProfile: profile, said: `Signed by ${identity} and notarised` };
}

/**
 * Options for @electron/osx-sign, which signs from the inside out: helpers, framework, addons, app.
 *
 * @param {string} app
 * @param {string} identity
 * @param {string} entitlements
 */
export function signOptions(app, identity, entitlements) {
  const adHoc = identity === "-";
  return {
    app,
    identity,
    platform: /** @type {const} */ ("darwin"),
    // An ad hoc signature is in no keychain, and names no team, which the hardened runtime would compare.
    identityValidation: !adHoc,
    preAutoEntitlements: false,
    optionsForFile: () => ({
      entitlements,
      hardenedRuntime: !adHoc,
      ...(adHoc ? { timestamp: "none" } : {}),
    }),
  };
}

/**
 * Signs the app, on macOS, and has it notarised where that is asked for. @returns {Promise<string>} What was done.
 *
 * @param {{ app: string, projectDir: string, zip: (file: string) => Promise<void>, env?: NodeJS.ProcessEnv }} options
 *   `zip` packs the app for Apple's service.
 */
export async function signMacApp({ app, projectDir, zip, env = process.env }) {
  const { identity, notaryProfile, said } = signingWish(env);
  const { sign } = await import("@electron/osx-sign");
  await sign(signOptions(app, identity, path.join(projectDir, "packaging", "macos", "entitlements.plist")));
  await runTool("codesign", ["--verify", "--deep", "--strict", app]);
  if (notaryProfile === null) return said;
  const sent = `${app}.zip`;
  await zip(sent);
  await runTool("xcrun", ["notarytool", "submit", sent, "--keychain-profile", notaryProfile, "--wait"]);
  await runTool("xcrun", ["stapler", "staple", app]);
  return said;
}
