import { IPC_CALLS, type IpcCallName } from "../../shared/ipc/ipc-contract.ts";
import { labCall, type AnsweringLab, type IpcHandler } from "./lab-calls.ts";
import { ownHandlers, type IpcServices } from "./own-handlers.ts";

/** One answer for every call of the contract. */
export type IpcHandlers = { readonly [N in IpcCallName]: IpcHandler<N> };

/** The calls that the lab answers by itself. */
type LabCall = Exclude<IpcCallName, keyof ReturnType<typeof ownHandlers>>;

/** Answered before the workers have started: what a notebook that is read or written asks, and computes nothing. */
const needsNoWorkers = (name: IpcCallName): boolean =>
  /^documents[A-Z]/.test(name) || ["activityState", "sessionGet", "sessionStandings"].includes(name);

/**
 * Calls that write to the database as soon as they are asked. While another thread of the lab locks it, for seconds, they
 * wait: SQLite's own waiting would hold up the whole process, and end with a failure.
 */
const WRITES: ReadonlySet<IpcCallName> = new Set<IpcCallName>([
  "documentsKeep",
  "documentsTag",
  "documentsTrust",
  "documentsNameVersion",
  "sessionClearOutputs",
  "sessionRestoreOutputs",
  "lessonsHint",
  "lessonsSolution",
  "runsChange",
  "viewsSave",
  "viewsDrop",
  "datasetsAccept",
  "datasetsRemove",
  "datasetsRestore",
]);

/** The handlers of the contract's table: the lab's own methods by their names, and those that need more. */
export function ipcHandlers(services: IpcServices): IpcHandlers {
  const own = ownHandlers(services);
  const lab: Promise<AnsweringLab<LabCall>> = services.lab;
  const idleLab: Promise<AnsweringLab<LabCall>> = services.idleLab;
  const isLabCall = (name: IpcCallName): name is LabCall => !(name in own);
  const calls = (Object.keys(IPC_CALLS) as IpcCallName[]).filter(isLabCall);
  const answered = Object.fromEntries(
    calls.map((name) => [name, labCall(name, needsNoWorkers(name) ? idleLab : lab)]),
  );
  const all = { ...(answered as unknown as { readonly [N in LabCall]: IpcHandler<N> }), ...own };
  const waiting = [...WRITES].map((name) => {
    const answer = all[name] as (input: unknown) => unknown;
    const whenUnlocked = async (input: unknown): Promise<unknown> => {
      const { database } = await services.idleLab;
      await database.unlocked();
      return answer(input);
    };
    return [name, whenUnlocked];
  });
  return { ...all, ...(Object.fromEntries(waiting) as Partial<IpcHandlers>) };
}
