import { statfsSync } from "node:fs";

/** Linux' magic numbers of file systems that are not a disk of this machine, see statfs(2). */
const REMOTE: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB 2"],
  [0x01021997, "9P"],
  [0x00c36400, "Ceph"],
  [0x5346414f, "AFS"],
  [0x65735546, "FUSE"],
]);

/** Folders that other programs copy from machine to machine, file by file. */
const SYNCHRONISED =
  /[/\\](OneDrive|Dropbox|Google Drive|GoogleDrive|iCloud Drive|Mobile Documents|Nextcloud|ownCloud)([/\\ -]|$)/i;

/**
 * Why a database in this folder is not on a disk of this machine alone, as the end of a sentence about it; null where it
 * is, or where that cannot be told.
 */
export function remoteReason(
  folder: string,
  fileSystemType: (folder: string) => number = (path) => statfsSync(path).type,
): string | null {
  if (folder.startsWith("\\\\")) return "is on a network share";
  const synchronised = SYNCHRONISED.exec(folder)?.[1];
  if (synchronised !== undefined) return `is in a folder that ${synchronised} keeps on several machines`;
  if (process.platform !== "linux") return null;
  try {
    const kind = REMOTE.get(fileSystemType(folder) >>> 0);
    return kind === undefined ? null : `is on a file system of another machine or program (${kind})`;
  } catch {
    return null;
  }
}
