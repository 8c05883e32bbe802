import { PACKAGED } from "../../../shared/runs/packaged.ts";

/** The major version that package.json asks for, the newest when this version of the app was made. */
export const NEWEST_ELECTRON = 45;
/** Electron's project mends its three newest major versions. */
const SUPPORTED_VERSIONS = 3;

/** What to do about a runtime that nobody mends any more, or null. */
export function supportWarning(electron: string, runtimeSource: string): string | null {
  const major = Number.parseInt(electron, 10);
  const oldest = NEWEST_ELECTRON - SUPPORTED_VERSIONS + 1;
  if (major >= oldest) return null;
  const what = `Electron ${major} is out of support (${oldest} to ${NEWEST_ELECTRON} are in it): its faults are not mended any more`;
  if (runtimeSource === PACKAGED) return `${what}. This package was made with it; install a newer package.`;
  if (runtimeSource === "cypress") {
    return `${what}. It is used because no newer runtime could be fetched; connect this machine once and run the set-up again.`;
  }
  return `${what}. Install a newer one, or let the set-up fetch it.`;
}
