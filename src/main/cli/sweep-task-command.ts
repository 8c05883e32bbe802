import { mkdtempSync, readdirSync, rmSync } from "node:fs";
import { messageLine } from "../../core/thrown.ts";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { counted } from "../../core/counted.ts";
import { ContractError } from "../../core/errors.ts";
import { isAlive } from "../data/replace-file.ts";
import { failTask } from "../lab/cluster/fail-task.ts";
import { SweepFolder } from "../lab/cluster/sweep-folder.ts";
import { attemptOf, type StopWish } from "../lab/cluster/sweep-task.ts";
import { COMMAND_NAME } from "../place/command-name.ts";
import { EXIT } from "./exit-code.ts";
import { inLab, type CommandHost } from "./in-lab.ts";
import { print, warn } from "./print.ts";

const SCRATCH = /^lab-task-(\d+)-/;

/**
 * A folder of this attempt on the node's own disk; what attempts that were killed have left there goes.
 *
 * @throws {ContractError} If the node has no place for it.
 */
function scratchFolder(env: NodeJS.ProcessEnv): string {
  const root = env["SLURM_TMPDIR"] ?? tmpdir();
  try {
    removeLeft(root);
    return mkdtempSync(join(root, `lab-task-${process.pid}-`));
  } catch (error) {
    throw new ContractError(
      `this node has no folder to work in: ${messageLine(error)}. Name one on its own disk: --setup 'export TMPDIR=FOLDER'`,
      { cause: error },
    );
  }
}

function removeLeft(root: string): void {
  for (const name of readdirSync(root)) {
    const [, pid] = SCRATCH.exec(name) ?? [];
    if (pid === undefined || isAlive(Number(pid))) continue;
    try {
      rmSync(join(root, name), { recursive: true, force: true });
    } catch {
      // Another user's.
    }
  }
}

/** One task of a sweep on a cluster: what a job script starts. */
export async function runSweepTaskCommand(host: CommandHost, dir: string, task: number): Promise<void> {
  let wish: StopWish = null;
  let cancel = (): void => undefined;
  // The time is nearly up. Whatever ends this task otherwise (SIGTERM) must not bring it back.
  process.on("SIGUSR1", () => {
    wish ??= "time";
    cancel();
  });
  const stopWish = (): StopWish => (host.interruption.requested ? "end" : wish);
  const { attempt, node, arrayTask } = attemptOf(process.env);
  const say = (line: string): void => {
    print(`${new Date().toISOString()} ${line}\n`);
  };
  const folder = new SweepFolder(resolve(dir));
  const { threads, kernels } = folder.order();
  say(
    `task ${task} on ${node}, attempt ${attempt}, Node ${process.versions.node}, ${counted(threads, "thread")}, ${kernels}`,
  );
  let scratch = "";
  try {
    scratch = scratchFolder(process.env);
    await inLab(host, { database: join(scratch, "lab.sqlite"), threads, kernels }, async (lab) => {
      cancel = () => void lab.activity.cancel();
      const end = await lab.cluster.task({ folder, task, scratch, attempt, node, stopWish, say });
      if (end !== "stopped") return end === "whole" ? EXIT.ok : EXIT.failedCheck;
      if (stopWish() !== "time" || arrayTask === null) {
        say("ended before its time: by a person, or to make room for another job");
        return EXIT.failedCheck;
      }
      say(`the time is nearly up: ${arrayTask} goes back into the queue`);
      try {
        await lab.cluster.requeue(folder.dir, arrayTask);
      } catch (error) {
        warn(`it was not taken back: ${messageLine(error)}. ${COMMAND_NAME} sweep --again goes on with it.`);
      }
      return EXIT.failedCheck;
    });
  } catch (error) {
    await failTask({ folder, task, attempt, node }, messageLine(error));
    throw error;
  } finally {
    if (scratch !== "") rmSync(scratch, { recursive: true, force: true });
  }
}
