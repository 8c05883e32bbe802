/** Names without the contract's schemas: the library that parses them stays out of the preload. */
declare module "virtual:ipc-names" {
  export const CALL_NAMES: readonly import("../shared/ipc/ipc-contract.ts").IpcCallName[];
  export const EVENT_NAMES: readonly import("../shared/ipc/ipc-contract.ts").IpcEventName[];
}
