import { utilityProcess } from "electron";
import { StoreError } from "../../core/errors.ts";
import type { SqlAnswer } from "../../shared/run-exports.ts";
import type { SqlReply, SqlRequest } from "../store/sql-messages.ts";

/** A query of one's own may be a mistake: then it must not keep a core busy for ever. */
const LIMIT_MS = 10_000;

/**
 * Runs one SELECT in a process of its own, because SQLite cannot be interrupted from outside otherwise.
 *
 * @returns What asks it. It throws StoreError with SQLite's own words, or when the query takes longer than ten seconds.
 */
export function sqlConsole(
  file: string,
  nativeBinding: string | null,
): (path: string, sql: string) => Promise<SqlAnswer> {
  return (path, sql) =>
    new Promise((resolve, reject) => {
      const child = utilityProcess.fork(file, [], { serviceName: "Backprop Lab SQL", stdio: "ignore" });
      const end = (settle: () => void): void => {
        clearTimeout(timer);
        child.kill();
        settle();
      };
      const timer = setTimeout(() => {
        end(() =>
          reject(
            new StoreError(
              `The query took longer than ${LIMIT_MS / 1000} s and was ended. Ask for less, for example with a WHERE or a LIMIT.`,
            ),
          ),
        );
      }, LIMIT_MS);
      child.on("message", (reply: SqlReply) => {
        end(() => {
          if ("failed" in reply) reject(new StoreError(reply.failed));
          else resolve(reply.ok);
        });
      });
      child.once("exit", (code) => {
        end(() => reject(new StoreError(`The process of the query ended with code ${code}. Try again.`)));
      });
      child.postMessage({ path, sql, nativeBinding } satisfies SqlRequest);
    });
}
