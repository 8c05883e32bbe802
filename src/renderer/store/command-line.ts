import { commandLineOf } from "../../shared/runs/packaged.ts";
import { createStore } from "./create-store.ts";

/** How the command line is called in this installation. */
export const commandLineStore = createStore(commandLineOf("unknown"));
