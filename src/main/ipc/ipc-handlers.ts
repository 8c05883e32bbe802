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
  return { ...(answered as unknown as { readonly [N in LabCall]: IpcHandler<N> }), ...own };
}
