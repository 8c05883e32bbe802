import { statfsSync } from "node:fs";

/** Linux' magic numbers of file systems that are not a disk of this machine alone, see statfs(2) and stat of coreutils. */
const REMOTE: ReadonlyMap<number, string> = new Map([
  [0x6969, "NFS"],
  [0x517b, "SMB"],
  [0xff534d42, "CIFS"],
  [0xfe534d42, "SMB 2"],
  [0x01021997, "9P"],
  [0x00c36400, "CephFS"],
  [0x0bd00bd0, "Lustre"],
  [0x47504653, "GPFS"],
  [0x19830326, "BeeGFS"],
  [0xaad7aaea, "PanFS"],
  [0x20030528, "OrangeFS"],
  [0x01161970, "GFS2"],
  [0x7461636f, "OCFS2"],
  [0x61636673, "ACFS"],
  [0x013111a8, "IBRIX"],
  [0xbeefdead, "StorNext"],
  [0x73757245, "Coda"],
  [0xbacbacbc, "a virtual machine's shared folder"],
  [0x786f4256, "a virtual machine's shared folder"],
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
