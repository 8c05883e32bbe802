/** What the diagnostics name as the runtime's source in an installed app. */
export const PACKAGED = "packaged";

/** What the command is called: an installed app has one of its own, a clone a script that `npm run lab` runs. */
export const commandNameOf = ({ packaged }: { readonly packaged: boolean }): string =>
  packaged ? "backprop-lab" : "lab";

/** How a person calls the command line here, to be pasted into a shell. */
export const commandLineOf = (runtimeSource: string): string =>
  runtimeSource === PACKAGED ? commandNameOf({ packaged: true }) : "npm run --silent lab --";
