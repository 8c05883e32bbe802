import type { Lab } from "../lab/lab.ts";
import type { SavedRuns } from "../lab/runs/open-saved-runs.ts";
import { EXIT, type ExitCode } from "./exit-code.ts";
import type { Interruption } from "./interruption.ts";
import type { CommandNeeds, CommandPlace } from "./command-place.ts";
import { warn } from "./print.ts";

/** What most commands take. */
export interface CommonOptions {
  readonly database?: string;
  readonly json?: true;
}

/** For commands that only look at saved runs: no worker is started. */
export const reading = (options: CommonOptions): CommandNeeds => ({ ...options, threads: 0, readOnly: true });

/** What a command is given beside its options. */
export interface CommandHost {
  readonly place: CommandPlace;
  readonly interruption: Interruption;
  readonly setExitCode: (code: ExitCode) => void;
}

/** Opens the lab, runs a command in it, closes it whatever happens. */
export async function inLab(
  host: CommandHost,
  needs: CommandNeeds,
  command: (lab: Lab) => Promise<ExitCode> | ExitCode,
): Promise<void> {
  // Whoever only asks for help need not wait for the engine.
  const { openCommandLab } = await import("./open-command-lab.ts");
  await within(host, await openCommandLab(host.place, needs), command);
}

/** The same for a command that looks at saved runs and at nothing else: it starts in a fraction of the time. */
export async function inSavedRuns(
  host: CommandHost,
  options: CommonOptions,
  command: (saved: SavedRuns) => Promise<ExitCode> | ExitCode,
): Promise<void> {
  const { openCommandRuns } = await import("./open-command-runs.ts");
  await within(host, openCommandRuns(host.place, reading(options)), command);
}

async function within<L extends Pick<Lab, "opened" | "activity" | "close"> & Partial<Pick<Lab, "subscribe">>>(
  { interruption, setExitCode }: CommandHost,
  lab: L,
  command: (lab: L) => Promise<ExitCode> | ExitCode,
): Promise<void> {
  try {
    const { notices, damaged } = lab.opened;
    for (const notice of notices) warn(notice);
    let cutShort = false;
    const cancel = (): void => {
      cutShort = lab.activity.cancel().cancelled || cutShort;
    };
    interruption.listen(cancel);
    // Before its first activity and between two of them a command has nothing to cancel: then the next one is not wanted.
    lab.subscribe?.((event) => {
      if (event.name !== "activityChanged" || event.payload === null || event.payload.cancelling) return;
      if (interruption.requested) queueMicrotask(cancel);
    });
    // A reader that has ended has all that it wanted of a command that only prints.
    const asked = (): boolean => interruption.requested && (interruption.kind !== "SIGPIPE" || cutShort);
    const code = asked() ? EXIT.ok : await command(lab);
    setExitCode(
      asked() ? (interruption.exitCode ?? code) : code === EXIT.ok && damaged ? EXIT.failedCheck : code,
    );
  } finally {
    await lab.close();
  }
}
