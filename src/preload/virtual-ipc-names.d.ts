/** Names of the contract's calls and events without its schemas, put in by electron.vite.config.ts. */
declare module "virtual:ipc-names" {
  export const CALL_NAMES: readonly string[];
  export const EVENT_NAMES: readonly string[];
}
