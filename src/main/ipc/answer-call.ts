import * as v from "valibot";
import { IPC_CALLS, type IpcCallName, type IpcOutput } from "../../shared/ipc/ipc-contract.ts";
import { issuesWords } from "../../shared/ipc/issue-words.ts";
import { toWireError, type Result, type WireError } from "../../shared/ipc/wire-error.ts";
import type { Log } from "../place/log.ts";
import type { IpcHandlers } from "./ipc-handlers.ts";
import { oversized } from "./payload-limit.ts";

/** Parses the input, runs the handler, parses its answer. Never throws: Electron would keep only the message. */
export async function answerCall<N extends IpcCallName>(
  name: N,
  handlers: IpcHandlers,
  payload: unknown,
  log: Log,
): Promise<Result<IpcOutput<N>>> {
  const tooLarge = oversized(payload);
  if (tooLarge !== null) return refused(name, `its input has ${tooLarge}`, log);
  const input = v.safeParse<(typeof IPC_CALLS)[N]["input"]>(IPC_CALLS[name].input, payload);
  if (!input.success) {
    const message = issuesWords(input.issues);
    // The call's name is for the log; the window says what was attempted.
    log.warn(`call refused: ${name}: ${message}`);
    return { ok: false, error: { code: "ContractError", message } };
  }
  try {
    const answer = await handlers[name](input.output);
    const output = v.safeParse<(typeof IPC_CALLS)[N]["output"]>(IPC_CALLS[name].output, answer);
    if (output.success) return { ok: true, value: output.output };
    throw new TypeError(`${name}: main's answer breaks the contract: ${issuesWords(output.issues)}`);
  } catch (error) {
    log.error(`${name} failed`, error);
    return { ok: false, error: toWireError(error) };
  }
}

/** The answer to a call that was not let in: from elsewhere, or of a size that no honest window sends. */
export function refused(name: string, reason: string, log: Log): { ok: false; error: WireError } {
  log.warn(`call refused: ${name}: ${reason}`);
  return { ok: false, error: { code: "ContractError", message: `${name} was refused: ${reason}` } };
}
