import { build, parse } from "plist";
import { FILE_TYPES } from "./file-types.mjs";

export const BUNDLE_ID = "io.github.backprop-lab.BackpropLab";
export const ICNS = "backprop-lab.icns";

/** @typedef {Record<string, import("plist").PlistValue>} Info */

/** @param {string} text @returns {Info} */
export function parseInfo(text) {
  const value = parse(text);
  if (typeof value !== "object" || value === null || Array.isArray(value))
    throw new Error("Info.plist holds no dictionary");
  return /** @type {Info} */ (value);
}

/** @param {Info} info */
export const infoText = (info) => `${build(info)}\n`;

/**
 * Electron's own Info.plist made the app's: its name, version, icon, what it opens, and the archive's hash, without
 * which Electron does not start it.
 *
 * @param {Info} electron
 * @param {{ facts: import("./release-facts.mjs").ReleaseFacts, asarHash: string }} release
 * @returns {Info}
 */
export function appInfo(electron, { facts, asarHash }) {
  const { productName, version } = facts;
  const kept = Object.fromEntries(
    Object.entries(electron).filter(([key]) => !/^NS.*UsageDescription$|^NSAppTransportSecurity$/.test(key)),
  );
  return {
    ...kept,
    CFBundleName: productName,
    CFBundleDisplayName: productName,
    CFBundleExecutable: productName,
    CFBundleIdentifier: BUNDLE_ID,
    CFBundleIconFile: ICNS,
    CFBundleShortVersionString: version,
    CFBundleVersion: version,
    LSApplicationCategoryType: "public.app-category.education",
    CFBundleDocumentTypes: FILE_TYPES.map(({ name, uti }) => ({
      CFBundleTypeName: name,
      CFBundleTypeRole: "Editor",
      LSHandlerRank: "Owner",
      LSItemContentTypes: [uti],
    })),
    UTExportedTypeDeclarations: FILE_TYPES.map(({ name, uti, mime, ending, conformsTo }) => ({
      UTTypeIdentifier: uti,
      UTTypeDescription: name,
      UTTypeConformsTo: [conformsTo],
      UTTypeTagSpecification: { "public.filename-extension": [ending], "public.mime-type": [mime] },
    })),
    ElectronAsarIntegrity: { "Resources/app.asar": { algorithm: "SHA256", hash: asarHash } },
  };
}

/**
 * The same for one of Chromium's helpers.
 *
 * @param {Info} electron
 * @param {{ name: string, facts: import("./release-facts.mjs").ReleaseFacts }} helper `name` as its folder says.
 * @returns {Info}
 */
export function helperInfo(electron, { name, facts }) {
  const kind = /\((\w+)\)$/.exec(name)?.[1];
  return {
    ...electron,
    CFBundleName: name,
    CFBundleDisplayName: name,
    CFBundleExecutable: name,
    CFBundleIdentifier: `${BUNDLE_ID}.helper${kind === undefined ? "" : `.${kind}`}`,
    CFBundleShortVersionString: facts.version,
    CFBundleVersion: facts.version,
  };
}
