import { setTimeout as wait } from "node:timers/promises";
import { utilityProcess, type UtilityProcess } from "electron";
import { StoreError } from "../../core/errors.ts";
import type { SqlAnswer } from "../../shared/runs/run-exports.ts";
import type { SqlReply, SqlRequest } from "../store/sql/sql-messages.ts";

/** A query of one's own may be a mistake: then it must not keep a core busy for ever. */
const LIMIT_MS = 10_000;
/** A process that was asked to end and has not is ended by the system. */
const PATIENCE_MS = 1_000;

/**
 * Runs one SELECT in a process of its own, because SQLite cannot be interrupted from outside otherwise. One query at a
 * time: the next begins when the process of the last has ended.
 *
 * @returns What asks it. It throws StoreError with SQLite's own words, or when the query takes longer than ten seconds.
 */
export function sqlConsole(
  file: string,
  nativeBinding: string | null,
): (path: string, sql: string) => Promise<SqlAnswer> {
  let last: Promise<unknown> = Promise.resolve();
  return (path, sql) => {
    const asked = last.then(() => {
      const child = utilityProcess.fork(file, [], { serviceName: "Backprop Lab SQL", stdio: "ignore" });
      const ended = new Promise<void>((resolve) => {
        child.once("exit", () => resolve());
      });
      const answer = answerOf(child, { path, sql, nativeBinding });
      return { answer, ended: endAfter(child, answer, ended) };
    });
    last = asked.then(({ ended }) => ended).catch(() => undefined);
    return asked.then(({ answer }) => answer);
  };
}

function answerOf(child: UtilityProcess, request: SqlRequest): Promise<SqlAnswer> {
  return new Promise<SqlAnswer>((resolve, reject) => {
    const timer = setTimeout(() => {
      const limit = `The query took longer than ${LIMIT_MS / 1000} s and was ended.`;
      reject(new StoreError(`${limit} Ask for less, for example with a WHERE or a LIMIT.`));
    }, LIMIT_MS);
    child.once("message", (reply: SqlReply) => {
      clearTimeout(timer);
      if ("failed" in reply) reject(new StoreError(reply.failed));
      else resolve(reply.ok);
    });
    child.once("exit", (code) => {
      clearTimeout(timer);
      reject(new StoreError(`The process of the query ended with code ${code}. Try again.`));
    });
    child.postMessage(request);
  });
}

/** Ends the process when its answer is there or none will come, whatever it is busy with. */
async function endAfter(
  child: UtilityProcess,
  answer: Promise<unknown>,
  ended: Promise<void>,
): Promise<void> {
  await answer.catch(() => undefined);
  const { pid } = child;
  child.kill();
  const force = setTimeout(() => {
    try {
      if (pid !== undefined) process.kill(pid, "SIGKILL");
    } catch {
      // It has just ended.
    }
  }, PATIENCE_MS);
  // A process that never came to be never ends: the next query does not wait for it.
  const late = new AbortController();
  await Promise.race([
    ended,
    wait(2 * PATIENCE_MS, undefined, { signal: late.signal }).catch(() => undefined),
  ]);
  late.abort();
  clearTimeout(force);
}
