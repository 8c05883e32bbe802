import { expect, test } from "vitest";
import { remoteReason } from "../../../../../src/main/store/open/remote-folder.ts";

const MOUNTS = `/dev/disk3s1s1 on / (apfs, sealed, local, read-only, journaled)
map auto_home on /System/Volumes/Data/home (autofs, automounted, nobrowse)
//ada@server/share (1) on /Volumes/share (1) (smbfs, nodev, nosuid, mounted by ada)
server:/homes on /Users/ada (nfs, nodev)
/dev/disk5s1 on /Users/ada/stick (exfat, local)
`;
const CONNECTED = `Neue Verbindungen werden gespeichert.

Status       Lokal     Remote                    Netzwerk

-------------------------------------------------------------------------------
OK           Z:        \\\\server\\homes           Microsoft Windows Network
`;

test.each([
  ["/Volumes/share (1)/lab", "SMB"],
  ["/Users/ada/lab", "NFS"],
  ["/Users/ada/stick/lab", null],
  ["/Users/bob/lab", null],
])("remoteReason() on macOS of %s", (folder, kind) => {
  const reason = remoteReason(folder, { platform: "darwin", output: () => MOUNTS });
  expect(reason).toBe(kind === null ? null : `is on a file system of another machine or program (${kind})`);
});

test("remoteReason() on Windows knows a drive that stands for a share, and asks nothing of the system's own", () => {
  const asked: string[] = [];
  const output = (command: string, args: readonly string[]) => {
    asked.push([command, ...args].join(" "));
    return CONNECTED;
  };
  const system = { platform: "win32", output, systemDrive: "C:" } as const;
  expect(remoteReason(String.raw`C:\Users\ada`, system)).toBeNull();
  expect(asked).toEqual([]);
  expect(remoteReason(String.raw`z:\lab`, system)).toContain(String.raw`the network share \\server\homes`);
  expect(remoteReason(String.raw`D:\lab`, system)).toBeNull();
  expect(remoteReason(String.raw`\\server\homes\lab`, system)).toBe("is on a network share");
});

test("remoteReason() says nothing where the system does not answer", () => {
  const output = () => {
    throw new Error("no such program");
  };
  expect(remoteReason("/Users/ada", { platform: "darwin", output })).toBeNull();
});
