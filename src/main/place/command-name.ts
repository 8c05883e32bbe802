import { commandNameOf } from "../../shared/runs/packaged.ts";

/** A package keeps the app's code in an archive, a clone in folders; a thread knows no more than where its code lies. */
export const inArchive = (folder: string): boolean => /\.asar([\\/]|$)/.test(folder);

/** What the command is called here, for every text that names it. */
export const COMMAND_NAME = commandNameOf({ packaged: inArchive(import.meta.dirname) });
