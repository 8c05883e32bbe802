import { execFileSync, spawn, spawnSync, type ChildProcess } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer, type AddressInfo } from "node:net";
import { userInfo } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const SSHD = "/usr/sbin/sshd";
const KEYGEN = "ssh-keygen";

/** Why tests over ssh are skipped here, or "". */
export const sshdMissing =
  spawnSync("ssh", ["-V"]).status === 0 && spawnSync(SSHD, ["-V"]).error === undefined
    ? ""
    : "skipped, because there is no sshd; on Debian: apt-get install --no-install-recommends openssh-server";

/** A login node of its own: an sshd on loopback whose home is a folder, and an ssh that finds it under the name "login". */
export class TestSshd {
  /** To be put before the path: holds that ssh. */
  readonly binDir: string;
  readonly #daemon: ChildProcess;

  private constructor(binDir: string, daemon: ChildProcess) {
    this.binDir = binDir;
    this.#daemon = daemon;
  }

  /** @param home Where commands of a log-in begin. @param environment Of a log-in, beside its usual one. */
  static async start(
    folder: string,
    home: string,
    environment: Readonly<Record<string, string>>,
  ): Promise<TestSshd> {
    const at = (name: string): string => join(folder, name);
    mkdirSync(at("bin"), { recursive: true });
    if (process.getuid?.() === 0) mkdirSync("/run/sshd", { recursive: true });
    for (const key of ["host", "user"])
      execFileSync(KEYGEN, ["-q", "-t", "ed25519", "-N", "", "-f", at(key)]);
    writeFileSync(at("authorized"), readFileSync(at("user.pub")), { mode: 0o600 });
    const port = await freePort();
    const set = Object.entries(environment).map(([name, value]) => `${name}=${value}`);
    writeFileSync(
      at("sshd.conf"),
      [
        `Port ${port}`,
        "ListenAddress 127.0.0.1",
        `HostKey ${at("host")}`,
        `AuthorizedKeysFile ${at("authorized")}`,
        `PidFile ${at("sshd.pid")}`,
        "StrictModes no",
        "UsePAM no",
        "PermitRootLogin yes",
        "PasswordAuthentication no",
        `SetEnv ${set.join(" ")}`,
        `ForceCommand cd '${home}' && eval "$SSH_ORIGINAL_COMMAND"`,
        "",
      ].join("\n"),
    );
    const client = [
      "Host login nobody",
      "AddressFamily inet",
      `Port ${port}`,
      `User ${userInfo().username}`,
      "IdentitiesOnly yes",
      `UserKnownHostsFile ${at("known")}`,
      "StrictHostKeyChecking accept-new",
      // By two names: connections are shared by what they lead to.
      "Host login",
      "HostName 127.0.0.1",
      `IdentityFile ${at("user")}`,
      "Host nobody",
      "HostName localhost",
      `IdentityFile ${at("nothing")}`,
      "",
    ];
    writeFileSync(at("ssh.conf"), client.join("\n"));
    const ssh = execFileSync("sh", ["-c", "command -v ssh"], { encoding: "utf8" }).trim();
    writeFileSync(at("bin/ssh"), `#!/bin/sh\nexec ${ssh} -F '${at("ssh.conf")}' "$@"\n`);
    chmodSync(at("bin/ssh"), 0o755);
    const daemon = spawn(SSHD, ["-D", "-e", "-f", at("sshd.conf")], { stdio: "ignore" });
    for (let tries = 0; tries < 100; tries++) {
      if (spawnSync(at("bin/ssh"), ["-o", "BatchMode=yes", "login", "true"]).status === 0) break;
      await wait(100);
    }
    return new TestSshd(at("bin"), daemon);
  }

  async stop(): Promise<void> {
    if (this.#daemon.exitCode !== null) return;
    this.#daemon.kill();
    await once(this.#daemon, "exit");
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, "close");
  return port;
}
