import { Data, NtExecutable, NtExecutableResource, Resource } from "resedit";

const ENGLISH = 1033;
const UNICODE = 1200;
/** Electron's own icon has this number. */
const ICON_GROUP = 1;

/** Windows' four numbers of a version. @param {string} version "1.2.3", maybe with "-beta.1" */
export function windowsVersion(version) {
  const [major = 0, minor = 0, patch = 0] = version.split(/[-+]/)[0].split(".").map(Number);
  return /** @type {const} */ ([major, minor, patch, 0]);
}

/**
 * Electron's program made the app's: icon, name, version, and the archive's hash, without which it does not start.
 *
 * @param {Uint8Array} program
 * @param {{ facts: import("./release-facts.mjs").ReleaseFacts, ico: Uint8Array, asarHash: string, fileName: string }} release
 */
export function brandedProgram(program, { facts, ico, asarHash, fileName }) {
  const executable = NtExecutable.from(program);
  const resources = NtExecutableResource.from(executable);
  const icons = Data.IconFile.from(ico).icons.map(({ data }) => data);
  Resource.IconGroupEntry.replaceIconsForResource(resources.entries, ICON_GROUP, ENGLISH, icons);
  const [known] = Resource.VersionInfo.fromEntries(resources.entries);
  const info = known ?? Resource.VersionInfo.createEmpty();
  const [major, minor, patch, build] = windowsVersion(facts.version);
  info.setFileVersion(major, minor, patch, build, ENGLISH);
  info.setProductVersion(major, minor, patch, build, ENGLISH);
  info.setStringValues(
    { lang: ENGLISH, codepage: UNICODE },
    {
      ProductName: facts.productName,
      FileDescription: facts.productName,
      CompanyName: `The ${facts.productName} authors`,
      LegalCopyright: "MIT licence",
      InternalName: facts.productName,
      OriginalFilename: fileName,
      FileVersion: facts.version,
      ProductVersion: facts.version,
    },
  );
  info.outputToResourceEntries(resources.entries);
  const list = [{ file: "resources\\app.asar", alg: "SHA256", value: asarHash }];
  resources.entries.push({
    type: "INTEGRITY",
    id: "ELECTRONASAR",
    lang: ENGLISH,
    codepage: UNICODE,
    bin: new Uint8Array(Buffer.from(JSON.stringify(list))).buffer,
  });
  resources.outputResource(executable);
  return Buffer.from(executable.generate());
}
