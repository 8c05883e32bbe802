import type { IpcCallName, IpcEvent, IpcEventName, IpcInput, IpcOutput } from "./ipc-contract.ts";
import type { Result } from "./wire-error.ts";

/** What preload puts on `window.lab`: one named function a call, and one way to listen. */
export type LabBridge = {
  readonly [N in Exclude<IpcCallName, "datasetsPreview">]: undefined extends IpcInput<N>
    ? () => Promise<Result<IpcOutput<N>>>
    : (input: IpcInput<N>) => Promise<Result<IpcOutput<N>>>;
} & {
  /** As the contract says, with the window's File objects in place of paths. */
  readonly datasetsPreview: (
    input: Omit<IpcInput<"datasetsPreview">, "paths"> & { readonly files: readonly object[] },
  ) => Promise<Result<IpcOutput<"datasetsPreview">>>;
  /** Listens to an event; call the returned function to stop. */
  readonly on: <N extends IpcEventName>(name: N, listener: (payload: IpcEvent<N>) => void) => () => void;
  /** The operating system's name, for shortcuts ("darwin" shows ⌘). */
  readonly platform: string;
};
