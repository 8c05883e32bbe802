import { PROGRAM } from "./release-facts.mjs";

/** What an architecture is called in names of Debian's packages. @type {Readonly<Record<string, string>>} */
const DEBIAN = { x64: "amd64", arm64: "arm64", arm: "armhf" };

/** @param {string} arch */
export const debianArchitecture = (arch) => DEBIAN[arch] ?? arch;

/**
 * The names of everything that is made.
 *
 * @param {{ version: string, platform: string, arch: string, level?: string }} release `level` of xz, or "none"
 */
export function artifactNames({ version, platform, arch, level = "9" }) {
  const folder = `${PROGRAM}-${version}-${platform}-${arch}`;
  return {
    folder,
    sbom: `${folder}.cdx.json`,
    deb: `${PROGRAM}_${version}_${debianArchitecture(arch)}.deb`,
    tar: `${folder}.tar${level === "none" ? "" : ".xz"}`,
    zip: `${folder}.zip`,
  };
}
