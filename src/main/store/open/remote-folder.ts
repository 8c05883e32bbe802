import { execFileSync } from "node:child_process";
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

/** What a system is asked; tests answer themselves. */
export interface FileSystemQuestions {
  readonly platform: NodeJS.Platform;
  readonly fileSystemType: (folder: string) => number;
  /** What a program of the system says, as text. @throws {Error} If it does not run. */
  readonly output: (command: string, args: readonly string[]) => string;
  readonly systemDrive: string;
}

const THIS_SYSTEM: FileSystemQuestions = {
  platform: process.platform,
  fileSystemType: (folder) => statfsSync(folder).type,
  output: (command, args) =>
    execFileSync(command, args, {
      encoding: "utf8",
      timeout: 2_000,
      windowsHide: true,
      stdio: ["ignore", "pipe", "ignore"],
    }),
  systemDrive: process.env["SystemDrive"] ?? "C:",
};

/**
 * Why a database in this folder is not on a disk of this machine alone, as the end of a sentence about it; null where it
 * is, or where that cannot be told.
 */
export function remoteReason(folder: string, asked: Partial<FileSystemQuestions> = {}): string | null {
  const system = { ...THIS_SYSTEM, ...asked };
  if (folder.startsWith("\\\\")) return "is on a network share";
  const synchronised = SYNCHRONISED.exec(folder)?.[1];
  if (synchronised !== undefined) return `is in a folder that ${synchronised} keeps on several machines`;
  try {
    const kind = KIND_OF[system.platform]?.(folder, system) ?? null;
    return kind === null ? null : `is on a file system of another machine or program (${kind})`;
  } catch {
    return null;
  }
}

type KindOf = (folder: string, system: FileSystemQuestions) => string | null;

/** By Linux' numbers, by macOS' list of what is mounted, by Windows' list of connected drives. */
const KIND_OF: Partial<Record<NodeJS.Platform, KindOf>> = {
  linux: (folder, { fileSystemType }) => REMOTE.get(fileSystemType(folder) >>> 0) ?? null,
  darwin: (folder, { output }) => remoteMount(output("/sbin/mount", []), folder),
  win32: (folder, { output, systemDrive }) => {
    const drive = /^[a-z]:/i.exec(folder)?.[0].toUpperCase();
    if (drive === undefined || drive === systemDrive.toUpperCase()) return null;
    return connectedDrive(output("net", ["use"]), drive);
  },
};

/** Of macOS, by the names that `mount` gives. */
const REMOTE_MOUNTS: ReadonlyMap<string, string> = new Map([
  ["smbfs", "SMB"],
  ["nfs", "NFS"],
  ["afpfs", "AFP"],
  ["webdav", "WebDAV"],
  ["macfuse", "FUSE"],
  ["osxfuse", "FUSE"],
]);

/** `//ada@server/share on /Volumes/share (smbfs, nodev, nosuid)`: the deepest place above the folder counts. */
function remoteMount(table: string, folder: string): string | null {
  const above = [...table.matchAll(/^.* on (\/.*) \((\w+)[,)]/gm)]
    .map(([, place = "", type = ""]) => ({ place, type }))
    .filter(({ place }) => place === "/" || folder === place || folder.startsWith(`${place}/`))
    .sort((a, b) => b.place.length - a.place.length);
  return REMOTE_MOUNTS.get(above[0]?.type ?? "") ?? null;
}

/** `OK   Z:   \\server\share   Microsoft Windows Network`, with words in the system's language. */
function connectedDrive(table: string, drive: string): string | null {
  const share = [...table.matchAll(/\s([A-Z]:)\s+(\\\\\S+)/g)].find(([, letter]) => letter === drive)?.[2];
  return share === undefined ? null : `the network share ${share}`;
}
