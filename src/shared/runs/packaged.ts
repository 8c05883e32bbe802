/** What the diagnostics name as the runtime's source in an installed app. */
export const PACKAGED = "packaged";

/** How a person calls the command line here: an installed app has a command of its own. */
export const commandLineOf = (runtimeSource: string): string =>
  runtimeSource === PACKAGED ? "backprop-lab" : "npm run --silent lab --";
