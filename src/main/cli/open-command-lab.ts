import { openLab } from "../lab/open-lab.ts";
import type { Lab } from "../lab/lab.ts";
import { commandFiles } from "./command-files.ts";
import type { CommandNeeds, CommandPlace } from "./command-place.ts";

/** Opens the lab as the app would: the same database, workers and data, unless `database` names another file. */
export function openCommandLab(place: CommandPlace, options: CommandNeeds): Promise<Lab> {
  return openLab({
    ...commandFiles(place, options),
    ...(options.threads === undefined ? {} : { threads: options.threads }),
    ...(options.kernels === undefined ? {} : { kernels: options.kernels }),
  });
}
