import { openSavedRuns, type SavedRuns } from "../lab/runs/open-saved-runs.ts";
import { commandFiles } from "./command-files.ts";
import type { CommandNeeds, CommandPlace } from "./command-place.ts";

/** Opens the app's saved runs, or those of the file that `database` names, for reading. */
export const openCommandRuns = (place: CommandPlace, options: CommandNeeds): SavedRuns =>
  openSavedRuns(commandFiles(place, options));
